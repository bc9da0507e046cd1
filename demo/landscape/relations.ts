import { type Cents, roundTo } from './amounts.ts';
import { type Day, dayOfMoment, type Micros, momentOf } from './calendar.ts';
import { stampOn } from './change-stamp.ts';
import type { Customer } from './customers.ts';
import { personName } from './names.ts';
import type { Order } from './orders.ts';
import type { Party } from './parties.ts';
import type { Random } from './random.ts';
import type { Shipment } from './shipments.ts';

/** What the CRM holds about a customer beside who it is. `party` is the CRM's own id of the customer. */
interface OfParty {
  id: string;
  party: string;
  changedAt: Micros;
}

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

export interface Contact extends OfParty {
  name: string;
  title: string;
  department: string;
  role: 'DECISION_MAKER' | 'INFLUENCER' | 'USER' | 'GATEKEEPER' | 'BUYER';
  email: string | null;
  phone: string | null;
  reportsTo: string | null;
}

export interface Consent extends OfParty {
  purpose: string;
  channel: string;
  basis: string;
  status: 'GRANTED' | 'DENIED' | 'WITHDRAWN' | 'EXPIRED';
  evidence: string;
  at: Micros;
}

export interface Opportunity extends OfParty {
  name: string;
  stage: string;
  status: 'OPEN' | 'WON' | 'LOST';
  currency: Order['currency'];
  amount: Cents;
  probability: number;
  openedDay: Day;
  closeDay: Day;
  contact: string | null;
}

export interface Competitor extends OfParty {
  competitor: string;
  product: string;
  share: number;
  strength: string;
  day: Day;
  observer: string;
}

export interface Plan extends OfParty {
  project: string;
  category: string;
  quantity: number;
  budget: Cents;
  currency: Order['currency'];
  day: Day;
  status: 'PLANNED' | 'TENDERING' | 'AWARDED' | 'CANCELLED';
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

export function makeContacts(random: Random, start: number, party: Party, customer: Customer, today: Day): Contact[] {
  const count = customer.isKeyAccount ? random.int(4, 7) : random.int(1, 3);
  const roles = ['DECISION_MAKER', 'BUYER', 'INFLUENCER', 'USER', 'GATEKEEPER'] as const;
  const titles = {
    DECISION_MAKER: 'Managing Director',
    BUYER: 'Purchasing Manager',
    INFLUENCER: 'Head of Engineering',
    USER: 'Plant Supervisor',
    GATEKEEPER: 'Assistant',
  };
  return Array.from({ length: count }, (_, i) => {
    const name = personName(random, customer.regionCode);
    const role = roles[i % roles.length] ?? 'USER';
    return {
      id: `CT-${String(start + i).padStart(6, '0')}`,
      party: party.id,
      name: name.full,
      title: titles[role],
      department: random.pick(['Purchasing', 'Engineering', 'Management', 'Operations']),
      role,
      email: random.chance(0.9) ? `${name.latin}@${customer.domain}` : null,
      phone: random.chance(0.6) ? party.phone : null,
      reportsTo: i === 0 ? null : `CT-${String(start).padStart(6, '0')}`,
      changedAt: stampOn(random, today - random.int(1, 700)),
    };
  });
}

export function makeConsent(random: Random, index: number, party: Party, today: Day): Consent {
  const at = stampOn(random, today - random.int(1, 700));
  return {
    id: `CN-${String(index).padStart(6, '0')}`,
    party: party.id,
    purpose: random.pick(['newsletter', 'product-news', 'satisfaction-survey', 'profiling']),
    channel: random.pick(['email', 'phone', 'post']),
    basis: random.pick(['consent', 'consent', 'legitimate-interest']),
    status: random.weighted({ GRANTED: 68, DENIED: 14, WITHDRAWN: 12, EXPIRED: 6 }),
    evidence: random.pick(['web form, double opt-in', 'paper form at trade fair', 'recorded call']),
    at,
    changedAt: at,
  };
}

export function makeOpportunity(
  random: Random,
  index: number,
  party: Party,
  customer: Customer,
  contact: string | null,
  today: Day,
): Opportunity {
  const openedDay = today - random.int(5, 500);
  const closeDay = openedDay + random.int(30, 180);
  const status = closeDay < today - 20 ? random.weighted({ WON: 45, LOST: 55 }) : 'OPEN';
  const stage =
    status === 'OPEN'
      ? random.pick(['Qualification', 'Proposal', 'Negotiation'])
      : status === 'WON'
        ? 'Closed won'
        : 'Closed lost';
  return {
    id: `OP-${String(index).padStart(6, '0')}`,
    party: party.id,
    name: `${random.pick(['Line extension', 'Frame contract', 'Retrofit', 'Spare parts', '신규 라인', '年度合同'])} ${customer.name.core}`.slice(
      0,
      120,
    ),
    stage,
    status,
    currency: customer.region.currency,
    amount: roundTo(
      random.int(20, 900) * 100_000 * customer.size * (customer.region.currency === 'KRW' ? 1_000 : 1),
      customer.region.currency,
    ),
    probability: status === 'OPEN' ? random.pick([10, 25, 50, 75, 90]) : status === 'WON' ? 100 : 0,
    openedDay,
    closeDay,
    contact,
    changedAt: stampOn(random, Math.min(today - 1, status === 'OPEN' ? openedDay + 20 : closeDay)),
  };
}

export function makeCompetitor(random: Random, index: number, party: Party, owner: string, today: Day): Competitor {
  const day = today - random.int(3, 600);
  return {
    id: `CP-${String(index).padStart(5, '0')}`,
    party: party.id,
    competitor: random.pick(['Nordwerk', 'Apex Components', '대성하이텍', '华东精工', 'Mécalux']),
    product: random.pick(['Pumps', 'Valves', 'Sensors', 'Bearings', 'Service contract']),
    share: random.int(1, 16) * 5,
    strength: random.pick(['weak', 'even', 'strong']),
    day,
    observer: owner,
    changedAt: stampOn(random, day),
  };
}

export function makePlan(random: Random, index: number, party: Party, customer: Customer, today: Day): Plan {
  const day = today + random.int(-120, 360);
  return {
    id: `PL-${String(index).padStart(5, '0')}`,
    party: party.id,
    project: random.pick([
      'New plant',
      'Warehouse automation',
      'Energy retrofit',
      '2공장 증설',
      '智能工厂改造',
      'Hallenneubau',
    ]),
    category: random.pick(['Pumps', 'Valves', 'Sensors', 'Bearings']),
    quantity: random.int(5, 800),
    budget: roundTo(
      random.int(10, 2_000) * 100_000 * (customer.region.currency === 'KRW' ? 1_000 : 1),
      customer.region.currency,
    ),
    currency: customer.region.currency,
    day,
    status:
      day < today ? random.weighted({ AWARDED: 70, CANCELLED: 30 }) : random.weighted({ PLANNED: 65, TENDERING: 35 }),
    changedAt: stampOn(random, today - random.int(1, 300)),
  };
}
