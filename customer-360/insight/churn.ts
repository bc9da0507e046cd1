import type { InsightSettings } from '../../config/settings/insight-settings.ts';
import type { LifecycleStage, Rhythm } from './lifecycle.ts';

export interface ChurnSigns {
  stage: LifecycleStage;
  rhythm: Rhythm;
  /** P(alive) of BG/NBD; null while there is no model. */
  probabilityAlive: number | null;
  /** Sales of the last half year over those of the half year before; null where there were none before. */
  spendingRatio: number | null;
  /** Complaints that nobody has resolved. */
  openComplaints: number;
  /** The latest answer to "would you recommend us" was 0 to 6. */
  isDetractor: boolean;
  hasOverdueInvoices: boolean;
}

type ChurnReasonCode =
  | 'UNLIKELY_ALIVE'
  | 'SILENT'
  | 'SPENDING_FELL'
  | 'OPEN_COMPLAINT'
  | 'DETRACTOR'
  | 'OVERDUE_INVOICES';

interface ChurnReason {
  code: ChurnReasonCode;
  /** One sentence for people. */
  text: string;
}

export interface ChurnWarning {
  atRisk: boolean;
  reasons: ChurnReason[];
}

/**
 * Whether a customer that has not been lost yet is about to be, and why. Buying less decides (unlikely to be alive by
 * BG/NBD, silent for longer than its own rhythm, spending fell); complaints, bad marks and unpaid invoices are told
 * beside it, as they say where to begin, but do not warn by themselves: whoever keeps buying is not about to be lost.
 */
export function churnWarning(signs: ChurnSigns, settings: InsightSettings['churn']): ChurnWarning {
  if (signs.stage === 'PROSPECT' || signs.stage === 'LOST') return { atRisk: false, reasons: [] };
  const buying = buyingReasons(signs, settings);
  const other = otherReasons(signs);
  return { atRisk: buying.length > 0, reasons: [...buying, ...other] };
}

function buyingReasons({ rhythm, probabilityAlive, spendingRatio }: ChurnSigns, settings: InsightSettings['churn']) {
  const { aliveBelow, silentOver, spendingBelow } = settings;
  const { silentDays, intervalDays } = rhythm;
  const reasons: ChurnReason[] = [];
  if (probabilityAlive !== null && probabilityAlive < aliveBelow) {
    const text = `Still a customer with a probability of ${percent(probabilityAlive)}, below ${percent(aliveBelow)}.`;
    reasons.push({ code: 'UNLIKELY_ALIVE', text });
  }
  if (silentDays !== null && silentDays > silentOver * intervalDays) {
    const text = `Silent for ${silentDays} days; usually buys every ${Math.round(intervalDays)}.`;
    reasons.push({ code: 'SILENT', text });
  }
  if (spendingRatio !== null && spendingRatio < spendingBelow) {
    const text = `Bought in the last half year ${percent(spendingRatio)} of the half year before.`;
    reasons.push({ code: 'SPENDING_FELL', text });
  }
  return reasons;
}

function otherReasons({ openComplaints, isDetractor, hasOverdueInvoices }: ChurnSigns): ChurnReason[] {
  const reasons: ChurnReason[] = [];
  if (openComplaints > 0) {
    const text = openComplaints === 1 ? 'A complaint is open.' : `${openComplaints} complaints are open.`;
    reasons.push({ code: 'OPEN_COMPLAINT', text });
  }
  if (isDetractor) reasons.push({ code: 'DETRACTOR', text: 'Would not recommend us, as of the latest survey.' });
  if (hasOverdueInvoices) reasons.push({ code: 'OVERDUE_INVOICES', text: 'Has invoices past their due date.' });
  return reasons;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
