import type { StoredModel } from '../../cache/insight/insight-models.ts';
import {
  asDecimals,
  type CustomerFacts,
  type CustomerNumbers,
  inReportingCurrency,
  type NumbersContext,
} from './customer-numbers.ts';
import { dateOf } from './models/repeat-buying.ts';
import type { Otif } from './otif.ts';
import { type Receivables, receivablesOf, sumReceivables } from './receivables.ts';
import { countAnswers, noAnswers, scoresOf } from './satisfaction.ts';

/** What all customers together say, get and owe: the numbers of one customer, over the facts of all. */
export type PortfolioTotals = Pick<
  CustomerNumbers,
  'currency' | 'satisfaction' | 'otif' | 'receivables' | 'openBalance'
>;

/** Adds up customer after customer. Every answer, order and invoice counts once; those of no customer do not. */
export function createTotals({ settings, asOf, converter }: NumbersContext) {
  const answers = noAnswers();
  const otif: Otif = { measured: 0, onTime: 0, inFull: 0, onTimeInFull: 0 };
  let receivables: Receivables[] = [];
  let customers = 0;

  return {
    add(facts: CustomerFacts, numbers: CustomerNumbers): void {
      customers += 1;
      countAnswers(answers, facts.answers);
      for (const name of Object.keys(otif) as (keyof Otif)[]) otif[name] += numbers.otif[name];
      const own = receivablesOf(facts.invoices, asOf, settings.dsoDays);
      receivables = sumReceivables([...receivables, ...own], settings.dsoDays);
    },

    /** As it is stored beside the models, a row a day, so that its history can be read. */
    finish(fittedAt: string): StoredModel {
      const totals: PortfolioTotals = {
        currency: converter.currency,
        satisfaction: scoresOf(answers),
        otif,
        receivables: receivables.map(asDecimals),
        openBalance: inReportingCurrency(receivables, converter),
      };
      const parameters = JSON.stringify(totals);
      return { name: TOTALS, fittedOn: dateOf(asOf), fittedAt, customers, logLikelihood: null, parameters };
    },
  };
}

/** The totals as they were last worked out, and for which day; null before the first time. */
export function totalsOf(models: ReadonlyMap<string, StoredModel>): { totals: PortfolioTotals; asOf: string } | null {
  const stored = models.get(TOTALS);
  return stored ? { totals: JSON.parse(stored.parameters) as PortfolioTotals, asOf: stored.fittedOn } : null;
}

/** Where they stand among the models. */
export const TOTALS = 'TOTALS';
