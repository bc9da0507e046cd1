import { type Day, dayOfMoment, type Micros, momentOf } from '../calendar.ts';
import { stampOn } from '../change-stamp.ts';
import type { OfParty } from '../of-party.ts';
import type { Party } from '../parties.ts';
import type { Random } from '../random.ts';
import type { Shipment } from '../shipments.ts';

export interface Interaction extends OfParty {
  channel: 'PHONE' | 'CALL_CENTER' | 'EMAIL' | 'WEB' | 'SOCIAL' | 'VISIT' | 'CHAT';
  inbound: boolean;
  at: Micros;
  subject: string;
  summary: string;
  agent: string;
  order: string | null;
  caseId: string | null;
}

export interface ServiceCase extends OfParty {
  kind: 'COMPLAINT' | 'REQUEST' | 'QUESTION' | 'RETURN';
  status: 'NEW' | 'IN_PROGRESS' | 'WAITING_CUSTOMER' | 'RESOLVED' | 'CLOSED';
  priority: 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT';
  subject: string;
  description: string;
  order: string | null;
  openedAt: Micros;
  resolvedAt: Micros | null;
  closedAt: Micros | null;
  followUpDueAt: Micros | null;
  followUpOutcome: string | null;
}

export interface Survey extends OfParty {
  kind: 'NPS' | 'CSAT' | 'CES';
  score: number;
  verbatim: string | null;
  at: Micros;
  order: string | null;
  caseId: string | null;
}

const subjects = [
  'Delivery date',
  'Invoice copy',
  'Price list',
  'New project',
  'Technical question',
  '견적 요청',
  '配送咨询',
  'Rückfrage Auftrag',
];
const summaries = [
  'Asked when the rest arrives; promised a call back.',
  'Wants a quotation for the second half of the year.',
  'Satisfied with the last delivery, talked about the new line.',
  '납기 확인 요청, 담당자에게 전달함.',
  '客户询问批量折扣，已转给销售。',
  'Bittet um Rückruf wegen der Rechnung – Straße war falsch geschrieben.',
];

export function makeInteraction(
  random: Random,
  index: number,
  party: Party,
  owner: string,
  day: Day,
  order: string | null,
  caseId: string | null,
): Interaction {
  const changedAt = stampOn(random, day);
  return {
    id: `INT-${String(index).padStart(7, '0')}`,
    party: party.id,
    channel: random.weighted({ PHONE: 22, CALL_CENTER: 14, EMAIL: 32, WEB: 12, SOCIAL: 4, VISIT: 7, CHAT: 9 }),
    inbound: random.chance(0.6),
    at: changedAt,
    subject: random.pick(subjects),
    summary: random.pick(summaries),
    agent: owner,
    order,
    caseId,
    changedAt,
  };
}

export function makeCase(
  random: Random,
  index: number,
  party: Party,
  day: Day,
  shipment: Shipment | null,
  today: Day,
): ServiceCase {
  const trouble = shipment?.status === 'EXCEPTION' || shipment?.status === 'RETURNED';
  const openedAt = stampOn(random, day);
  const age = today - day;
  const status =
    age > 20 && !random.chance(0.06)
      ? random.weighted({ RESOLVED: 25, CLOSED: 75 })
      : random.weighted({ NEW: 25, IN_PROGRESS: 45, WAITING_CUSTOMER: 30 });
  const isOver = status === 'RESOLVED' || status === 'CLOSED';
  const resolvedAt = isOver ? stampOn(random, Math.min(today - 1, day + random.int(1, 14))) : null;
  const closedAt =
    status === 'CLOSED' && resolvedAt !== null
      ? Math.max(resolvedAt, stampOn(random, Math.min(today - 1, dayOfMoment(resolvedAt) + random.int(0, 5))))
      : null;
  const followsUp = random.chance(0.45);
  return {
    id: `CS-${String(index).padStart(6, '0')}`,
    party: party.id,
    kind: trouble
      ? random.pick(['COMPLAINT', 'COMPLAINT', 'RETURN'])
      : random.weighted({ COMPLAINT: 20, REQUEST: 40, QUESTION: 40 }),
    status,
    priority: trouble
      ? random.weighted({ NORMAL: 20, HIGH: 60, URGENT: 20 })
      : random.weighted({ LOW: 25, NORMAL: 60, HIGH: 15 }),
    subject: trouble ? 'Shipment missing or damaged' : random.pick(subjects),
    description: random.pick(summaries),
    order: shipment?.order.number ?? null,
    openedAt,
    resolvedAt,
    closedAt,
    // Promised follow-ups of open cases run out unnoticed here and there.
    followUpDueAt: followsUp ? momentOf(day + random.int(3, 30), 9 * 3600) : null,
    followUpOutcome:
      followsUp && isOver
        ? random.pick(['Customer confirmed', 'No answer', 'Replacement sent', '고객 만족 확인'])
        : null,
    changedAt: closedAt ?? resolvedAt ?? openedAt,
  };
}

export function makeSurvey(
  random: Random,
  index: number,
  party: Party,
  day: Day,
  shipment: Shipment,
  isLate: boolean,
): Survey {
  const at = stampOn(random, day);
  const kind = random.weighted({ NPS: 45, CSAT: 35, CES: 20 });
  const top = { NPS: 10, CSAT: 5, CES: 7 }[kind];
  const mood = isLate ? random.next() * 0.6 : 0.45 + random.next() * 0.55;
  const low = kind === 'NPS' ? 0 : 1;
  return {
    id: `SV-${String(index).padStart(6, '0')}`,
    party: party.id,
    kind,
    score: low + Math.round(mood * (top - low)),
    verbatim: random.chance(0.3)
      ? random.pick(
          isLate
            ? ['Too late again.', '배송이 늦었습니다', '太慢了']
            : ['Gerne wieder!', 'Fast and friendly.', '很满意', '좋아요'],
        )
      : null,
    at,
    order: shipment.order.number,
    caseId: null,
    changedAt: at,
  };
}
