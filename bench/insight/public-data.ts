import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Units, unitsOf } from '../../customer-360/exact-decimal.ts';
import { dayOf } from '../../customer-360/insight/models/repeat-buying.ts';

/** Customer → day → what was bought on it. */
export type Purchases = Map<string, Map<number, Units>>;

/** The CDNOW sample: lines of master id, id, YYYYMMDD, CDs and dollars. */
export function readCdnow(folder: string): Purchases {
  const purchases: Purchases = new Map();
  for (const line of textOf(folder, 'cdnow', 'CDNOW_sample.txt').split('\n')) {
    const [, customer, date = '', , dollars] = line.trim().split(/\s+/);
    if (customer === undefined) continue;
    const day = dayOf(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`);
    const days = purchases.get(customer) ?? new Map<number, Units>();
    purchases.set(customer, days.set(day, (days.get(day) ?? 0n) + unitsOf(dollars)));
  }
  return purchases;
}

/** Northwind's sales by customer, net of discount, from its PostgreSQL dump; null where the folder has none. */
export function readNorthwindSales(folder: string): Units[] | null {
  const file = fileOf(folder, 'northwind', 'northwind.sql');
  if (!file) return null;
  const dump = readFileSync(file, 'utf8');
  const buyers = new Map<string, string>();
  for (const [, order = '', customer = ''] of dump.matchAll(/INSERT INTO orders VALUES \((\d+), '(\w+)'/g)) {
    buyers.set(order, customer);
  }
  const sales = new Map<string, Units>();
  const lines = dump.matchAll(/INSERT INTO order_details VALUES \((\d+), \d+, ([\d.]+), (\d+), ([\d.]+)\)/g);
  for (const [, order = '', price, quantity = '0', discount] of lines) {
    const customer = buyers.get(order) ?? '';
    // prices and discounts are single-precision in the dump: two digits are meant
    const cents = BigInt(Math.round(Number(price) * 100));
    const percent = BigInt(100 - Math.round(Number(discount) * 100));
    sales.set(customer, (sales.get(customer) ?? 0n) + cents * BigInt(quantity) * percent);
  }
  return [...sales.values()];
}

function textOf(folder: string, name: string, file: string): string {
  const path = fileOf(folder, name, file);
  if (!path) throw new Error(`Expected ${file} in ${folder} or in ${join(folder, name)}.`);
  return readFileSync(path, 'utf8');
}

function fileOf(folder: string, name: string, file: string): string | undefined {
  return [join(folder, file), join(folder, name, file), join(folder, '..', name, file)].find((path) =>
    existsSync(path),
  );
}
