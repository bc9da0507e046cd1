import { decimalText } from '../landscape/amounts.ts';
import { type Day, dateOf, type Micros, wallClockOf } from '../landscape/calendar.ts';
import type { Customer } from '../landscape/customers.ts';
import type { Party } from '../landscape/parties.ts';
import type { Consent, Contact } from '../landscape/records/contact-records.ts';
import type { Competitor, Opportunity, Plan } from '../landscape/records/sales-records.ts';
import type { Interaction, ServiceCase, Survey } from '../landscape/records/service-records.ts';

export type CrmRow = Record<string, unknown>;

/** `dd.MM.yyyy HH:mm:ss` on a clock in Seoul: no offset in the text, no fraction of a second. */
function seoulTime(moment: Micros): string;
function seoulTime(moment: Micros | null): string | null;
function seoulTime(moment: Micros | null): string | null {
  if (moment === null) return null;
  const text = wallClockOf(moment, 9);
  return `${seoulDate(text)} ${text.slice(11, 19)}`;
}

function day(value: Day): string {
  return seoulDate(dateOf(value));
}

function seoulDate(iso: string): string {
  return `${iso.slice(8, 10)}.${iso.slice(5, 7)}.${iso.slice(0, 4)}`;
}

export function accountRow(party: Party, customer: Customer, parent: Party | undefined): CrmRow {
  return {
    id: party.id,
    account_name: party.name,
    account_no: `K${party.id.slice(2)}`,
    parent_id: parent && parent.id !== party.id ? parent.id : null,
    owner: customer.owner,
    key_account: customer.isKeyAccount ? 'Y' : 'N',
    payment_terms: `${customer.paymentDays} days net`,
    tax_no: party.taxId,
    erp_no: party.erpId,
    country: customer.region.country,
    lang: customer.region.language,
    website: customer.domain === null ? null : `www.${customer.domain}`,
    channels: channelsOf(party),
    modified: seoulTime(party.changedAt),
  };
}

export function personRow(party: Party, customer: Customer): CrmRow {
  return {
    id: party.id,
    full_name: party.name,
    birthday: customer.birthDay === null ? null : day(customer.birthDay),
    erp_no: party.erpId,
    country: customer.region.country,
    lang: customer.region.language,
    channels: channelsOf(party),
    modified: seoulTime(party.changedAt),
  };
}

/** E-mail, phone and address as one list of ways to reach somebody. */
function channelsOf({ id, email, phone, address }: Party): CrmRow[] {
  const checked = seoulTime(1_735_700_000_000_000);
  const postal = `${address.street}, ${address.postalCode} ${address.city}`;
  return [
    ...(email === null ? [] : [{ id: `${id}/e`, type: 'mail', value: email, use: 'business', verified: checked }]),
    ...(phone === null ? [] : [{ id: `${id}/p`, type: 'tel', value: phone, use: 'business', verified: null }]),
    {
      id: `${id}/a`,
      type: 'post',
      value: postal,
      use: 'main',
      street: address.street,
      zip: address.postalCode,
      city: address.city,
      state: address.region,
      country: address.country,
      verified: null,
    },
  ];
}

export function contactRow(contact: Contact): CrmRow {
  return {
    id: contact.id,
    account_id: contact.party,
    name: contact.name,
    job_title: contact.title,
    department: contact.department,
    buying_role: { DECISION_MAKER: 'DM', INFLUENCER: 'IN', USER: 'US', GATEKEEPER: 'GK', BUYER: 'BU' }[contact.role],
    mail: contact.email,
    tel: contact.phone,
    reports_to: contact.reportsTo,
    modified: seoulTime(contact.changedAt),
  };
}

export function consentRow(consent: Consent): CrmRow {
  return {
    id: consent.id,
    customer_id: consent.party,
    purpose: consent.purpose,
    channel: consent.channel,
    legal_basis: consent.basis,
    state: consent.status.toLowerCase(),
    proof: consent.evidence,
    decided: seoulTime(consent.at),
    modified: seoulTime(consent.changedAt),
  };
}

export function interactionRow(interaction: Interaction): CrmRow {
  const serial = Number(interaction.id.slice(4));
  return {
    id: interaction.id,
    customer_id: interaction.party,
    channel: interaction.channel.toLowerCase(),
    direction: interaction.inbound ? 'in' : 'out',
    // A thousandth was typed by hand, on a day that no calendar has.
    happened: serial % 1_499 === 700 ? '31.02.2025 10:00:00' : seoulTime(interaction.at),
    subject: interaction.subject,
    notes: interaction.summary,
    agent: interaction.agent,
    order_no: interaction.order,
    case_id: interaction.caseId,
    modified: seoulTime(interaction.changedAt),
  };
}

export function caseRow(service: ServiceCase): CrmRow {
  return {
    id: service.id,
    customer_id: service.party,
    type: service.kind.toLowerCase(),
    state: service.status.toLowerCase().replaceAll('_', ' '),
    prio: { LOW: 1, NORMAL: 2, HIGH: 3, URGENT: 4 }[service.priority],
    subject: service.subject,
    description: service.description,
    order_no: service.order,
    opened: seoulTime(service.openedAt),
    resolved: seoulTime(service.resolvedAt),
    closed: seoulTime(service.closedAt),
    follow_up: { due: seoulTime(service.followUpDueAt), outcome: service.followUpOutcome },
    modified: seoulTime(service.changedAt),
  };
}

export function surveyRow(survey: Survey): CrmRow {
  const [min, max] = { NPS: [0, 10], CSAT: [1, 5], CES: [1, 7] }[survey.kind];
  return {
    id: survey.id,
    customer_id: survey.party,
    kind: survey.kind,
    scale: { min, max },
    score: survey.score,
    comment: survey.verbatim,
    answered: seoulTime(survey.at),
    order_no: survey.order,
    case_id: survey.caseId,
    modified: seoulTime(survey.changedAt),
  };
}

export function opportunityRow(opportunity: Opportunity): CrmRow {
  return {
    id: opportunity.id,
    account_id: opportunity.party,
    name: opportunity.name,
    stage: opportunity.stage,
    result: opportunity.status.toLowerCase(),
    currency: opportunity.currency,
    amount: decimalText(opportunity.amount, 2),
    probability: opportunity.probability,
    opened: day(opportunity.openedDay),
    expected_close: day(opportunity.closeDay),
    contact_id: opportunity.contact,
    modified: seoulTime(opportunity.changedAt),
  };
}

export function planRow(plan: Plan): CrmRow {
  return {
    id: plan.id,
    account_id: plan.party,
    project: plan.project,
    category: plan.category,
    qty: plan.quantity,
    currency: plan.currency,
    budget: decimalText(plan.budget, 2),
    planned: day(plan.day),
    state: plan.status.toLowerCase(),
    modified: seoulTime(plan.changedAt),
  };
}

export function competitorRow(competitor: Competitor): CrmRow {
  return {
    id: competitor.id,
    account_id: competitor.party,
    competitor: competitor.competitor,
    product: competitor.product,
    share_percent: competitor.share,
    strength: competitor.strength,
    seen_on: day(competitor.day),
    seen_by: competitor.observer,
    modified: seoulTime(competitor.changedAt),
  };
}
