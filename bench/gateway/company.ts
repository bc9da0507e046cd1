import { createRandom } from '../../demo/landscape/random.ts';
import { recordId } from '../../schema/ids.ts';

/*
 * The one company that everybody in the benchmark answers for: the same for the same seed and size, in the database
 * as in the memory of a subgraph. Values have the form the graph shows them in.
 */

interface Money {
  amount: string;
  currency: string;
}

interface Line {
  id: string;
  lineNo: number;
  sku: string;
  description: string;
  orderedQty: string;
  unitPrice: Money;
  netAmount: Money;
}

interface Shipment {
  id: string;
  shipmentNumber: string;
  status: string;
  carrier: string;
  trackingNumber: string;
  shippedAt: string;
  deliveredAt: string | null;
}

interface Payment {
  id: string;
  receivedAt: string;
  method: string;
  status: string;
  amount: Money;
}

interface Invoice {
  id: string;
  invoiceNumber: string;
  status: string;
  paymentStatus: string;
  issueDate: string;
  dueDate: string;
  totalAmount: Money;
  outstandingAmount: Money;
}

export interface Order {
  id: string;
  customer: Customer;
  orderNumber: string;
  status: string;
  orderDate: string;
  currency: string;
  totalAmount: Money;
  lines: Line[];
  shipments: Shipment[];
  invoices: Invoice[];
  payments: Payment[];
}

interface Interaction {
  id: string;
  channel: string;
  direction: string;
  occurredAt: string;
  subject: string;
  agentName: string;
}

interface Case {
  id: string;
  caseNumber: string;
  kind: string;
  status: string;
  priority: string;
  subject: string;
  openedAt: string;
}

export interface Customer {
  id: string;
  partyId: string;
  kind: string;
  displayName: string;
  legalName: string;
  taxId: string;
  email: string;
  phone: string;
  country: string;
  createdAt: string;
  /** Newest first, as all lists of a customer. */
  orders: Order[];
  interactions: Interaction[];
  cases: Case[];
  openBalance: Money[];
}

export interface Company {
  customers: Customer[];
  /** Newest first. */
  orders: Order[];
}

export interface CompanySize {
  seed: number;
  customers: number;
}

const statuses = ['DRAFT', 'QUOTATION', 'CONFIRMED', 'PROCESSING', 'DONE', 'DONE', 'DONE', 'CANCELLED'];
const shipmentStatuses = ['SHIPPED', 'IN_TRANSIT', 'DELIVERED', 'DELIVERED'];
const carriers = ['DHL', 'DPD', 'Kuehne Nagel', 'Maersk'];
const channels = ['PHONE', 'EMAIL', 'WEB', 'VISIT', 'CHAT'];
const caseStatuses = ['NEW', 'IN_PROGRESS', 'WAITING_CUSTOMER', 'RESOLVED', 'CLOSED'];
const priorities = ['LOW', 'NORMAL', 'HIGH'];
const countries = ['DE', 'AT', 'CH', 'FR', 'NL', 'KR', 'US'];
const syllables = [
  'al',
  'ber',
  'cor',
  'den',
  'es',
  'fir',
  'gon',
  'hal',
  'ir',
  'jun',
  'kel',
  'lor',
  'mar',
  'nor',
  'ost',
];
const trades = ['Works', 'Trading', 'Systems', 'Logistics', 'Foods', 'Optics'];
const products = ['Bearing 6204', 'Hydraulic hose DN12', 'Control unit', 'Steel flange', 'Sensor M12', 'Drive belt'];

const DAY = 86_400_000;
const FIRST_DAY = Date.UTC(2024, 0, 1);

/** Makes the company. */
export function makeCompany({ seed, customers: size }: CompanySize): Company {
  const roll = dice(seed);
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
  const customers = Array.from({ length: size }, (_, n) => makeCustomer(n));
  const orders = customers.flatMap((customer) => customer.orders).sort((a, b) => newest(a, b, 'orderDate'));
  return { customers, orders };

  function makeCustomer(n: number): Customer {
    const name = `${capital(Array.from({ length: 2 + roll(2) }, () => pick(syllables)).join(''))} ${pick(trades)} ${n}`;
    const customer: Customer = {
      id: `0198a3f2-${hex(n >> 16, 4)}-7${hex(roll(4096), 3)}-8${hex(roll(4096), 3)}-${hex(n, 12)}`,
      partyId: idOf('party', String(n)),
      kind: 'ORGANIZATION',
      displayName: name,
      legalName: `${name} GmbH`,
      taxId: `DE${100_000_000 + n}`,
      email: `office@customer-${n}.example`,
      phone: `+49 30 ${1_000_000 + n}`,
      country: pick(countries),
      createdAt: instant(FIRST_DAY + n * 60_000),
      orders: [],
      interactions: [],
      cases: [],
      openBalance: [],
    };
    for (let k = 0, count = 10 + roll(5); k < count; k++) customer.orders.push(makeOrder(customer, `${n}-${k}`));
    customer.interactions = Array.from({ length: 5 }, (_, k) => makeInteraction(`${n}-${k}`));
    customer.cases = Array.from({ length: 1 + roll(2) }, (_, k) => makeCase(`${n}-${k}`));
    customer.orders.sort((a, b) => newest(a, b, 'orderDate'));
    customer.interactions.sort((a, b) => newest(a, b, 'occurredAt'));
    customer.cases.sort((a, b) => newest(a, b, 'openedAt'));
    const open = customer.orders.flatMap((order) => order.invoices).map((invoice) => cents(invoice.outstandingAmount));
    const balance = open.reduce((sum, each) => sum + each, 0);
    customer.openBalance = balance === 0 ? [] : [euro(balance)];
    return customer;
  }

  function makeOrder(customer: Customer, key: string): Order {
    const placed = FIRST_DAY + roll(700) * DAY;
    const lines = Array.from({ length: 3 }, (_, k) => makeLine(`${key}-${k}`, k + 1));
    const total = lines.reduce((sum, line) => sum + cents(line.netAmount), 0);
    const order: Order = {
      id: idOf('order', key),
      customer,
      orderNumber: `SO-${key}`,
      status: pick(statuses),
      orderDate: day(placed),
      currency: 'EUR',
      totalAmount: euro(total),
      lines,
      shipments: Array.from({ length: 1 + roll(2) }, (_, k) => makeShipment(`${key}-${k}`, placed)),
      invoices: [],
      payments: [],
    };
    const parts = roll(3);
    const paid =
      parts === 0 ? [] : parts === 1 ? [total - roll(2) * 100] : [Math.floor(total / 2), Math.floor(total / 4)];
    order.payments = paid.map((amount, k) => ({
      id: idOf('payment', `${key}-${k}`),
      receivedAt: day(placed + (20 + k) * DAY),
      method: pick(['TRANSFER', 'CARD']),
      status: 'RECEIVED',
      amount: euro(amount),
    }));
    const left = total - paid.reduce((sum, amount) => sum + amount, 0);
    order.invoices = [
      {
        id: idOf('invoice', key),
        invoiceNumber: `INV-${key}`,
        status: 'POSTED',
        paymentStatus: left === 0 ? 'PAID' : paid.length > 0 ? 'PARTIAL' : 'NOT_PAID',
        issueDate: day(placed + 2 * DAY),
        dueDate: day(placed + 32 * DAY),
        totalAmount: euro(total),
        outstandingAmount: euro(left),
      },
    ];
    order.payments.sort((a, b) => oldest(a, b, 'receivedAt'));
    return order;
  }

  function makeLine(key: string, lineNo: number): Line {
    const price = 100 + roll(100_000);
    const quantity = 1 + roll(20);
    return {
      id: idOf('orderLine', key),
      lineNo,
      sku: `SKU-${1_000 + roll(9_000)}`,
      description: pick(products),
      orderedQty: String(quantity),
      unitPrice: euro(price),
      netAmount: euro(price * quantity),
    };
  }

  function makeShipment(key: string, placed: number): Shipment {
    const shipped = placed + (1 + roll(9)) * DAY + roll(86_400) * 1_000;
    const status = pick(shipmentStatuses);
    return {
      id: idOf('shipment', key),
      shipmentNumber: `SH-${key}`,
      status,
      carrier: pick(carriers),
      trackingNumber: `TR${100_000_000 + roll(900_000_000)}`,
      shippedAt: instant(shipped),
      deliveredAt: status === 'DELIVERED' ? instant(shipped + 2 * DAY) : null,
    };
  }

  function makeInteraction(key: string): Interaction {
    return {
      id: idOf('interaction', key),
      channel: pick(channels),
      direction: pick(['INBOUND', 'OUTBOUND']),
      occurredAt: instant(FIRST_DAY + roll(700) * DAY + roll(86_400) * 1_000),
      subject: `About ${pick(products)}`,
      agentName: `Agent ${roll(40)}`,
    };
  }

  function makeCase(key: string): Case {
    return {
      id: idOf('serviceCase', key),
      caseNumber: `C-${key}`,
      kind: pick(['COMPLAINT', 'REQUEST', 'QUESTION']),
      status: pick(caseStatuses),
      priority: pick(priorities),
      subject: `${pick(products)} does not fit`,
      openedAt: instant(FIRST_DAY + roll(700) * DAY + roll(86_400) * 1_000),
    };
  }
}

function newest<K extends string>(a: Keyed<K>, b: Keyed<K>, field: K): number {
  return -oldest(a, b, field);
}

type Keyed<K extends string> = { id: string } & Record<K, string>;

function oldest<K extends string>(a: Keyed<K>, b: Keyed<K>, field: K): number {
  return compare(a[field], b[field]) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function cents({ amount }: Money): number {
  return Math.round(Number(amount) * 100);
}

/** Without needless zeros, as the graph writes decimals. */
function euro(amount: number): Money {
  return { amount: String(amount / 100), currency: 'EUR' };
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function instant(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.000000Z`;
}

function idOf(entity: string, key: string): string {
  return recordId({ system: 'bench', entity, key });
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Whole numbers below a bound, the same for the same seed. */
export function dice(seed: number): (below: number) => number {
  const random = createRandom(seed, 'bench');
  return (below) => random.int(0, below - 1);
}
