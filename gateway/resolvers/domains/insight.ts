import type { CustomerNumbers } from '../../../customer-360/insight/customer-numbers.ts';
import { insightMonths, insightOf, measure } from '../customer/insight.ts';
import { atRisk, curve, groupsBy, models, portfolio, totalMeasure, transitions } from '../customer/portfolio.ts';
import { moneyOf } from '../money.ts';
import type { DomainSubschema } from '../subschema.ts';

/** What the numbers say of one customer and of all. */
export const insight: DomainSubschema = {
  domain: 'insight',
  resolvers: {
    Query: { portfolio },
    Customer: { insight: insightOf },
    CustomerInsight: {
      buying: measure('buying', ({ buying, currency }) => ({
        ...buying,
        sales: moneyOf(buying.sales, currency),
        totalSales: moneyOf(buying.totalSales, currency),
      })),
      rfm: measure('rfm', ({ rfm }) => rfm),
      grade: measure('grade', ({ grade }) => (grade === null ? null : { value: grade })),
      stage: measure('stage', ({ stage, rhythm }) => ({
        value: stage,
        silentDays: rhythm.silentDays,
        intervalDays: rhythm.intervalDays,
        ownInterval: rhythm.own,
      })),
      churn: measure('churn', ({ churn }) => churn),
      expectedPurchases: measure('expectedPurchases', (numbers, context) =>
        numbers.probabilityAlive === null || numbers.expectedPurchases === null
          ? null
          : {
              probabilityAlive: numbers.probabilityAlive,
              purchases: numbers.expectedPurchases,
              weeks: context.insight.expectedWeeks,
            },
      ),
      lifetimeValue: measure('lifetimeValue', (numbers, context) =>
        numbers.lifetimeValue === null && numbers.markovValue === null
          ? null
          : {
              value: moneyOf(numbers.lifetimeValue, numbers.currency),
              markovValue: moneyOf(numbers.markovValue, numbers.currency),
              expectedAmount: moneyOf(numbers.expectedAmount, numbers.currency),
              months: context.insight.lifetime.months,
            },
      ),
      satisfaction: measure('satisfaction', satisfactionShown),
      otif: measure('otif', otifShown),
      receivables: measure('receivables', receivablesShown),
      dataQuality: measure('dataQuality', ({ dataQuality }) => dataQuality),
      months: insightMonths,
    },
    Portfolio: {
      curve,
      grades: groupsBy('grade'),
      stages: groupsBy('stage'),
      segments: groupsBy('segment'),
      satisfaction: totalMeasure('satisfaction', satisfactionShown),
      otif: totalMeasure('otif', otifShown),
      receivables: totalMeasure('receivables', receivablesShown),
      transitions,
      atRisk,
      models,
    },
  },
};

function satisfactionShown({ satisfaction: { answers, ...scores } }: Pick<CustomerNumbers, 'satisfaction'>) {
  return { ...scores, answers: answers.nps + answers.csat + answers.ces };
}

function otifShown({ otif }: Pick<CustomerNumbers, 'otif'>) {
  const percent = otif.measured === 0 ? null : Math.round((10_000 * otif.onTimeInFull) / otif.measured) / 100;
  return { ...otif, percent };
}

function receivablesShown(numbers: Pick<CustomerNumbers, 'openBalance' | 'currency' | 'receivables'>) {
  const { openBalance, currency, receivables } = numbers;
  return { openBalance: moneyOf(openBalance, currency), byCurrency: receivables.map(inItsCurrency) };
}

function inItsCurrency({ currency, dso, creditSales: _, ...amounts }: CustomerNumbers['receivables'][number]) {
  const money = Object.entries(amounts).map(([name, amount]) => [name, moneyOf(amount, currency)]);
  return { currency, dso, ...Object.fromEntries(money) };
}
