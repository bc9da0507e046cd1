import { createRandom } from './random.ts';

export interface Product {
  sku: string;
  description: string;
  /** `PC` is sold by the piece, `KG` by weight with three decimals. */
  uom: 'PC' | 'KG';
  /** In euro cents. */
  price: number;
}

const things = [
  'Hex bolt',
  'Gasket',
  'Fan',
  'Control cable',
  'Housing',
  'Gauge',
  'Gear oil',
  'Bearing',
  'Valve',
  'Pump',
  'Sensor',
  'Filter',
];
const variants = ['M6', 'M8', '10 mm', '2 m', 'XL', 'IP67', '24 V', 'Pro', 'Edelstahl', '강화형', '标准型'];

/** The catalogue: prices from a few euros to a few thousand, evenly over the orders of magnitude. */
export function makeProducts(seed: number): Product[] {
  const random = createRandom(seed, 'products');
  return Array.from({ length: 240 }, (_, i) => {
    const thing = random.pick(things);
    return {
      sku: `AX-${1_000 + i}`,
      description: `${thing} ${random.pick(variants)}`,
      uom: thing === 'Gear oil' ? 'KG' : 'PC',
      price: Math.round(200 * 2_000 ** random.next()),
    };
  });
}
