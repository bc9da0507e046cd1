import type { Entity } from '../../../schema/records.ts';

/** The types of records that `node(id)` finds, by entity. */
const nodeTypes: Partial<Record<Entity, string>> = {
  order: 'Order',
  shipment: 'Shipment',
  customerReturn: 'Return',
  invoice: 'Invoice',
  payment: 'Payment',
  interaction: 'Interaction',
  serviceCase: 'ServiceCase',
  surveyResponse: 'SurveyResponse',
  opportunity: 'Opportunity',
};

export const nodeEntities = Object.keys(nodeTypes) as Entity[];

/** All types that are Nodes. */
export const nodeTypeNames: readonly string[] = ['Customer', ...Object.values(nodeTypes)];

/** The graph's type of an entity that is a Node. Throws TypeError for one that is none. */
export function typeNameOf(entity: Entity): string {
  const name = nodeTypes[entity];
  if (!name) throw new TypeError(`Expected an entity that is a Node, got "${entity}".`);
  return name;
}

/** The entity of records that are this type. Throws TypeError for a type that is no Node of records. */
export function entityOfType(name: string): Entity {
  const entity = nodeEntities.find((each) => nodeTypes[each] === name);
  if (!entity) throw new TypeError(`Expected a type of records that is a Node, got "${name}".`);
  return entity;
}
