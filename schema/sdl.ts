import { readFileSync } from 'node:fs';

/** The parts the graph is made of: each has its SDL file here and its subschema in gateway/subschemas. */
export type Domain = 'customer360' | 'crm' | 'erp' | 'scm' | 'finance' | 'insight' | 'operations';

/** The types each domain offers connections of. */
const connectionsOf: Record<Domain, readonly string[]> = {
  customer360: ['Customer', 'Party', 'IdentityPair'],
  crm: ['Account', 'Interaction', 'ServiceCase', 'SurveyResponse', 'Opportunity'],
  erp: ['Order'],
  scm: ['Shipment', 'Return'],
  finance: ['Invoice', 'Payment'],
  insight: [],
  operations: ['SyncRun', 'QuarantinedRecord'],
};

/** The type definitions of one domain, complete in themselves: shared types, connections, and its own. */
export function sdlOf(domain: Domain): string {
  const timeline = domain === 'customer360' ? [connectionSdl('Timeline', 'TimelineEvent')] : [];
  const connections = connectionsOf[domain].map((type) => connectionSdl(type, type));
  return [readSdl('shared'), ...connections, ...timeline, readSdl(domain)].join('\n');
}

function readSdl(name: string): string {
  return readFileSync(new URL(`./${name}.graphql`, import.meta.url), 'utf8');
}

/** The Relay connection over a type: all of them are alike, so they are written once. */
function connectionSdl(name: string, node: string): string {
  return `
"One page of a list, and what is known of the whole list."
type ${name}Connection {
  "The page's items with their cursors."
  edges: [${name}Edge!]
  "The page's items."
  nodes: [${node}!]
  "Where the page lies in the list."
  pageInfo: PageInfo!
  "How many items the whole list has."
  totalCount: Int
}

"An item of a page, and where it stands."
type ${name}Edge {
  "Hand it to \`after\` to go on behind this item."
  cursor: String!
  "The item."
  node: ${node}
}
`;
}
