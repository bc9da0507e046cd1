import type { StoredModel } from '../../cache/insight/insight-models.ts';
import { decimalOf, unitsOf } from '../exact-decimal.ts';
import type { BgNbd } from './models/bg-nbd.ts';
import type { GammaGamma } from './models/gamma-gamma.ts';
import { dateOf, dayOf } from './models/repeat-buying.ts';
import type { Portfolio } from './portfolio.ts';

export type ModelName = 'PORTFOLIO' | 'RFM' | 'GRADE' | 'BG_NBD' | 'GAMMA_GAMMA' | 'MARKOV';

/** What the models of a portfolio are stored as: one row each, so that their history can be read. */
export function modelsOf(portfolio: Portfolio, { fittedAt, settingsHash }: { fittedAt: string; settingsHash: string }) {
  const { currency, customers, active, usualInterval, periodAmount, rfm, grade, curve } = portfolio;
  const model = (
    name: ModelName,
    parameters: object,
    fit: { customers: number; logLikelihood?: number },
  ): StoredModel => ({
    name,
    fittedOn: dateOf(portfolio.fittedOn),
    fittedAt,
    customers: fit.customers,
    logLikelihood: fit.logLikelihood ?? null,
    parameters: JSON.stringify(parameters),
  });
  const { bgNbd, gammaGamma } = portfolio;
  return [
    model('PORTFOLIO', { currency, active, usualInterval, periodAmount, settingsHash }, { customers }),
    model('RFM', { ...rfm, monetary: rfm.monetary.map(decimalOf) }, { customers: active }),
    model(
      'GRADE',
      {
        a: grade.a === null ? null : decimalOf(grade.a),
        b: grade.b === null ? null : decimalOf(grade.b),
        curve: curve.map((point) => ({ ...point, sales: decimalOf(point.sales) })),
      },
      { customers: active },
    ),
    model('MARKOV', portfolio.markov, { customers }),
    model('BG_NBD', bgNbd?.parameters ?? {}, bgNbd ?? { customers: 0 }),
    model('GAMMA_GAMMA', gammaGamma?.parameters ?? {}, gammaGamma ?? { customers: 0 }),
  ];
}

/** The portfolio of stored models; null where it was never fitted. */
export function portfolioOf(
  models: ReadonlyMap<string, StoredModel>,
): { portfolio: Portfolio; settingsHash: string } | null {
  const read = <T>(name: ModelName): T | null => {
    const model = models.get(name);
    return model ? (JSON.parse(model.parameters) as T) : null;
  };
  const whole = models.get('PORTFOLIO');
  const facts = read<
    Pick<Portfolio, 'currency' | 'active' | 'usualInterval' | 'periodAmount'> & { settingsHash: string }
  >('PORTFOLIO');
  const rfm = read<{ recency: number[]; frequency: number[]; monetary: string[] }>('RFM');
  const grade = read<{ a: string | null; b: string | null; curve: StoredPoint[] }>('GRADE');
  const markov = read<Portfolio['markov']>('MARKOV');
  if (!whole || !facts || !rfm || !grade || !markov) return null;
  const { settingsHash, ...others } = facts;
  const portfolio: Portfolio = {
    ...others,
    fittedOn: dayOf(whole.fittedOn),
    customers: whole.customers,
    rfm: { ...rfm, monetary: rfm.monetary.map(unitsOf) },
    grade: { a: grade.a === null ? null : unitsOf(grade.a), b: grade.b === null ? null : unitsOf(grade.b) },
    curve: grade.curve.map((point) => ({ ...point, sales: unitsOf(point.sales) })),
    markov,
    bgNbd: fitOf<BgNbd>(models.get('BG_NBD')),
    gammaGamma: fitOf<GammaGamma>(models.get('GAMMA_GAMMA')),
  };
  return { portfolio, settingsHash };
}

interface StoredPoint {
  customersPercent: number;
  customers: number;
  sales: string;
  salesPercent: number;
}

/** A model that could not be fitted is stored as fitted on nobody. */
function fitOf<Parameters>(model: StoredModel | undefined) {
  if (!model || model.customers === 0) return null;
  const { customers, logLikelihood } = model;
  return {
    parameters: JSON.parse(model.parameters) as Parameters,
    customers,
    logLikelihood: logLikelihood ?? Number.NaN,
  };
}
