import { type Day, dayOfMoment } from '../calendar.ts';
import type { Customer } from '../customers.ts';
import type { Order } from '../orders.ts';
import type { Party } from '../parties.ts';
import { createRandom } from '../random.ts';
import type { Shipment } from '../shipments.ts';
import { type Consent, type Contact, makeConsent, makeContacts } from './contact-records.ts';
import {
  type Competitor,
  makeCompetitor,
  makeOpportunity,
  makePlan,
  type Opportunity,
  type Plan,
} from './sales-records.ts';
import {
  type Interaction,
  makeCase,
  makeInteraction,
  makeSurvey,
  type ServiceCase,
  type Survey,
} from './service-records.ts';

export interface Relationship {
  interactions: Interaction[];
  cases: ServiceCase[];
  surveys: Survey[];
  contacts: Contact[];
  consents: Consent[];
  opportunities: Opportunity[];
  competitors: Competitor[];
  plans: Plan[];
}

/** Everything the CRM holds beside the parties. Most of it follows from orders and deliveries. */
export function makeRelationship(
  seed: number,
  scale: number,
  customers: readonly Customer[],
  crmParties: ReadonlyMap<number, Party>,
  orders: readonly Order[],
  shipments: readonly Shipment[],
  today: Day,
): Relationship {
  const made: Relationship = {
    interactions: [],
    cases: [],
    surveys: [],
    contacts: [],
    consents: [],
    opportunities: [],
    competitors: [],
    plans: [],
  };
  const known = [...crmParties.values()].map((party) => ({ party, customer: customers[party.customer] }));
  const firstContact = new Map<string, string>();
  const partyById = new Map(known.map(({ party }) => [party.id, party]));

  const people = createRandom(seed, 'contacts');
  for (const { party, customer } of known) {
    if (customer === undefined) continue;
    if (customer.kind === 'PERSON' || people.chance(0.3))
      made.consents.push(makeConsent(people, made.consents.length + 1, party, today));
    if (customer.kind === 'PERSON') continue;
    const contacts = makeContacts(people, made.contacts.length + 1, party, customer, today);
    made.contacts.push(...contacts);
    if (contacts[0]) firstContact.set(party.id, contacts[0].id);
  }

  const service = createRandom(seed, 'service');
  for (const shipment of shipments) {
    const party = crmParties.get(shipment.order.customer);
    if (!party || shipment.shippedAt === null) continue;
    const trouble = shipment.status === 'EXCEPTION' || shipment.status === 'RETURNED';
    const end = dayOfMoment(shipment.deliveredAt ?? shipment.shippedAt);
    if (service.chance(trouble ? 0.7 : 0.06) && end + 3 < today) {
      made.cases.push(makeCase(service, made.cases.length + 1, party, end + 2, shipment, today));
    }
    const isLate =
      trouble ||
      (shipment.expectedAt !== null && shipment.deliveredAt !== null && shipment.deliveredAt > shipment.expectedAt);
    if (shipment.deliveredAt !== null && end + 5 < today && service.chance(0.1)) {
      made.surveys.push(makeSurvey(service, made.surveys.length + 1, party, end + 4, shipment, isLate));
    }
  }

  const touch = createRandom(seed, 'interactions');
  for (let i = 1; i <= Math.round(12_000 * scale); i++) {
    const about = touch.weighted({ order: 60, case: 15, nothing: 25 });
    if (about === 'order') {
      const order = touch.pick(orders);
      const party = crmParties.get(order.customer);
      const day = Math.min(today - 1, order.day + touch.int(-3, 30));
      if (party)
        made.interactions.push(makeInteraction(touch, i, party, ownerOf(customers, party), day, order.number, null));
    } else if (about === 'case' && made.cases.length > 0) {
      const service = touch.pick(made.cases);
      const party = partyById.get(service.party);
      const day = Math.min(today - 1, dayOfMoment(service.openedAt) + touch.int(0, 12));
      if (party)
        made.interactions.push(makeInteraction(touch, i, party, ownerOf(customers, party), day, null, service.id));
    } else {
      const { party } = touch.pick(known);
      made.interactions.push(
        makeInteraction(touch, i, party, ownerOf(customers, party), today - touch.int(1, 700), null, null),
      );
    }
  }

  const sales = createRandom(seed, 'sales');
  for (const { party, customer } of known) {
    if (customer?.kind !== 'ORGANIZATION') continue;
    const key = customer.isKeyAccount;
    const contact = firstContact.get(party.id) ?? null;
    for (let i = 0; i < (key ? 3 : sales.chance(0.5) ? 1 : 0); i++) {
      made.opportunities.push(makeOpportunity(sales, made.opportunities.length + 1, party, customer, contact, today));
    }
    if (key || sales.chance(0.3))
      made.competitors.push(makeCompetitor(sales, made.competitors.length + 1, party, customer.owner, today));
    if (key || sales.chance(0.2)) made.plans.push(makePlan(sales, made.plans.length + 1, party, customer, today));
  }
  linkBadSurveysToCases(made);
  return made;
}

function ownerOf(customers: readonly Customer[], party: Party): string {
  return customers[party.customer]?.owner ?? 'Service desk';
}

/** An unhappy answer about an order that has a case is followed up there. */
function linkBadSurveysToCases({ surveys, cases }: Relationship): void {
  const caseOfOrder = new Map(cases.map((c) => [c.order, c.id]));
  for (const survey of surveys) {
    if (survey.score <= (survey.kind === 'NPS' ? 6 : 2)) survey.caseId = caseOfOrder.get(survey.order) ?? null;
  }
}
