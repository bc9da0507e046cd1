import type { Landscape } from '../landscape/landscape.ts';
import type { Party } from '../landscape/parties.ts';
import type { Interaction, ServiceCase } from '../landscape/records/service-records.ts';
import {
  type Answer,
  BadRequest,
  basic,
  type Request,
  type Served,
  serveHttp,
  wholeNumber,
} from '../serving/serve-http.ts';
import { createStampedTable, firstIndexWhere, type StampedTable } from '../serving/stamped-table.ts';
import {
  accountRow,
  type CrmRow,
  caseRow,
  competitorRow,
  consentRow,
  contactRow,
  interactionRow,
  opportunityRow,
  personRow,
  planRow,
  surveyRow,
} from './crm-rows.ts';

const MAX_PER_PAGE = 100;
const USUAL_PER_PAGE = 25;

const resources = [
  'accounts',
  'people',
  'contacts',
  'consents',
  'interactions',
  'cases',
  'surveys',
  'opportunities',
  'plans',
  'competitors',
] as const;
type Resource = (typeof resources)[number];

export interface CrmSource extends Served {
  saveParty(party: Party): void;
  saveInteraction(interaction: Interaction): void;
  saveCase(service: ServiceCase): void;
  deleteInteraction(interaction: Interaction): void;
}

export interface CrmOptions {
  landscape: Landscape;
  host: string;
  port: number;
  user: string;
  password: string;
}

/** The CRM: a REST service with numbered pages, whose clock hangs in Seoul. */
export async function startCrm({ landscape, host, port, user, password }: CrmOptions): Promise<CrmSource> {
  const tables = Object.fromEntries(resources.map((name) => [name, createStampedTable<CrmRow>()])) as Record<
    Resource,
    StampedTable<CrmRow>
  >;
  const put = (resource: Resource, { id, changedAt }: { id: string; changedAt: number }, row: CrmRow) =>
    // The stamp is as coarse as the text that shows it: to the second.
    tables[resource].put({ key: id, stamp: Math.floor(changedAt / 1_000_000) * 1_000_000, row });

  const save = {
    saveParty(party: Party) {
      const customer = landscape.customers[party.customer];
      if (customer?.kind === 'PERSON') put('people', party, personRow(party, customer));
      else if (customer) {
        const parent = customer.parent === null ? undefined : landscape.partyOf.crm.get(customer.parent);
        put('accounts', party, accountRow(party, customer, parent));
      }
    },
    saveInteraction: (interaction: Interaction) => put('interactions', interaction, interactionRow(interaction)),
    saveCase: (service: ServiceCase) => put('cases', service, caseRow(service)),
    deleteInteraction(interaction: Interaction) {
      tables.interactions.delete(interaction.id);
    },
  };
  const { relationship } = landscape;
  for (const party of landscape.parties) if (party.system === 'crm') save.saveParty(party);
  for (const interaction of relationship.interactions) save.saveInteraction(interaction);
  for (const service of relationship.cases) save.saveCase(service);
  for (const contact of relationship.contacts) put('contacts', contact, contactRow(contact));
  for (const consent of relationship.consents) put('consents', consent, consentRow(consent));
  for (const survey of relationship.surveys) put('surveys', survey, surveyRow(survey));
  for (const opportunity of relationship.opportunities) put('opportunities', opportunity, opportunityRow(opportunity));
  for (const plan of relationship.plans) put('plans', plan, planRow(plan));
  for (const competitor of relationship.competitors) put('competitors', competitor, competitorRow(competitor));

  const served = await serveHttp({
    host,
    port,
    authorization: basic(user, password),
    handle: (request) => answer(request, tables),
    wordError: (status, message) => ({ status, body: JSON.stringify({ error: message }) }),
  });
  return { ...served, ...save };
}

function answer({ path, query }: Request, tables: Record<Resource, StampedTable<CrmRow>>): Answer {
  const [api, resource = '', id, ...rest] = path;
  if (api !== 'api' || !isResource(resource) || rest.length > 0) {
    throw new BadRequest(`Unknown resource; there are ${resources.map((name) => `/api/${name}`).join(', ')}.`, 404);
  }
  const table = tables[resource];
  if (id !== undefined) {
    const entry = table.get(id);
    if (!entry) throw new BadRequest(`There is no ${id} in ${resource}.`, 404);
    return { status: 200, body: JSON.stringify(entry.row) };
  }
  const ids = query.get('ids');
  if (ids !== undefined) {
    const named = ids.split(',').flatMap((wanted) => table.get(wanted)?.row ?? []);
    return { status: 200, body: JSON.stringify({ data: named, page: 1, pages: 1, total: named.length }) };
  }
  const rows = select(table, query);
  const perPage = Math.min(MAX_PER_PAGE, Math.max(1, wholeNumber(query, 'per_page', USUAL_PER_PAGE)));
  const page = Math.max(1, wholeNumber(query, 'page', 1));
  const data = rows.slice((page - 1) * perPage, page * perPage).map((entry) => entry.row);
  const pages = Math.ceil(rows.length / perPage);
  return { status: 200, body: JSON.stringify({ data, page, pages, total: rows.length }) };
}

/** All rows, or those modified at or after `modified_since`, by id or, with `sort=modified`, by (modified, id). */
function select(table: StampedTable<CrmRow>, query: Request['query']) {
  const sort = query.get('sort') ?? 'id';
  if (sort !== 'id' && sort !== 'modified') throw new BadRequest(`sort expects id or modified, got '${sort}'.`);
  const since = query.get('modified_since');
  if (since === undefined) return sort === 'id' ? table.byKey() : table.byStamp();
  const from = seoulMicros(since);
  const byStamp = table.byStamp();
  const changed = byStamp.slice(firstIndexWhere(byStamp, (entry) => entry.stamp >= from));
  return sort === 'id' ? changed.sort((a, b) => (a.key < b.key ? -1 : 1)) : changed;
}

function seoulMicros(text: string): number {
  const [, day, month, year, time] = /^(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)$/.exec(text) ?? [];
  const moment = Date.parse(`${year}-${month}-${day}T${time}+09:00`);
  if (Number.isNaN(moment))
    throw new BadRequest(`modified_since expects a time such as 02.11.2025 08:00:00, got '${text}'.`);
  return moment * 1_000;
}

function isResource(name: string): name is Resource {
  return (resources as readonly string[]).includes(name);
}
