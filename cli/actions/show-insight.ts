import { latestModels } from '../../cache/insight/insight-models.ts';
import { readInsights } from '../../cache/insight/insight-store.ts';
import { createCustomerStore } from '../../cache/records/customer-store.ts';
import { HubError } from '../../config/errors.ts';
import type { CustomerNumbers } from '../../customer-360/insight/customer-numbers.ts';
import { type Measure, type MeasureName, measureOf } from '../../customer-360/insight/definitions.ts';
import { portfolioOf } from '../../customer-360/insight/portfolio-models.ts';
import { numbersOf } from '../../customer-360/insight/stored-insight.ts';
import type { Hub } from '../compose.ts';
import { customerIdOf } from '../customer-id-of.ts';

interface ShownInsight {
  customerId: string;
  displayName: string;
  asOf: string;
  computedAt: string;
  numbers: CustomerNumbers;
  measures: Record<MeasureName, Measure>;
}

const names: readonly MeasureName[] = [
  'buying',
  'rfm',
  'grade',
  'stage',
  'churn',
  'expectedPurchases',
  'lifetimeValue',
  'satisfaction',
  'otif',
  'receivables',
  'dataQuality',
];

/** The stored numbers of one customer. Throws NOT_FOUND where there is no such customer or it has no numbers yet. */
export async function readInsight({ cache, settings }: Hub, customer: string): Promise<ShownInsight> {
  const customers = createCustomerStore(cache, null);
  const id = await customerIdOf(cache, customer);
  const record = (await customers.byIds([id])).get(id);
  if (!record)
    throw new HubError(
      'NOT_FOUND',
      `No customer has the id ${id}. customers { nodes { id } } of the graph lists them.`,
    );
  const stored = (await readInsights(cache, [id])).get(id);
  if (!stored) {
    throw new HubError('NOT_FOUND', `The numbers of ${id} have not been worked out yet: customer360 insight refresh.`);
  }
  const portfolio = portfolioOf(await latestModels(cache))?.portfolio ?? null;
  const { asOf, computedAt } = stored;
  const measures = names.map(
    (name) => [name, measureOf(name, { settings: settings.insight, portfolio, asOf })] as const,
  );
  return {
    customerId: id,
    displayName: record.displayName,
    asOf,
    computedAt,
    numbers: numbersOf(stored),
    measures: Object.fromEntries(measures) as ShownInsight['measures'],
  };
}

/** One number a line, then what each means. */
export function describeInsight({
  customerId,
  displayName,
  asOf,
  computedAt,
  numbers,
  measures,
}: ShownInsight): string {
  const lines = Object.entries(numbers).map(([name, value]) => `${name.padEnd(18)} ${textOf(value)}`);
  const meanings = Object.entries(measures).map(
    ([name, { definition, parameters }]) => `${name}: ${definition} Parameters: ${JSON.stringify(parameters)}`,
  );
  return [`${displayName} (${customerId}), as of ${asOf}, worked out ${computedAt}`, ...lines, '', ...meanings].join(
    '\n',
  );
}

function textOf(value: unknown): string {
  if (value === null) return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
