/** One entity set as `$metadata` tells of it. */
export interface EntitySet {
  name: string;
  key: string[];
  properties: Record<string, Property>;
}

interface Property {
  /** `Edm.String`, `Edm.DateTimeOffset`, … */
  type: string;
  nullable: boolean;
}

/**
 * The entity sets of a `$metadata` document, inherited properties included. CSDL says everything that is needed in
 * attributes of tags whose names are fixed, so no XML tree is built.
 */
export function readMetadata(xml: string): Map<string, EntitySet> {
  const types = new Map<string, TypeShape>();
  for (const [, attributes = '', body = ''] of xml.matchAll(
    /<(?:\w+:)?EntityType\b([^>]*?)(?:\/>|>([\s\S]*?)<\/(?:\w+:)?EntityType>)/g,
  )) {
    const name = attribute(attributes, 'Name');
    if (name) types.set(name, typeShape(attributes, body));
  }
  const sets = new Map<string, EntitySet>();
  for (const [, attributes = ''] of xml.matchAll(/<(?:\w+:)?EntitySet\b([^>]*?)\/?>/g)) {
    const name = attribute(attributes, 'Name');
    const type = attribute(attributes, 'EntityType');
    if (name && type) sets.set(name, { name, ...inherited(type, types, 0) });
  }
  return sets;
}

interface TypeShape {
  base: string | null;
  key: string[];
  properties: Record<string, Property>;
}

function typeShape(attributes: string, body: string): TypeShape {
  const keys = [...body.matchAll(/<(?:\w+:)?PropertyRef\b([^>]*?)\/?>/g)].map(([, a = '']) => attribute(a, 'Name'));
  const properties = [...body.matchAll(/<(?:\w+:)?Property\b([^>]*?)\/?>/g)].map(([, a = '']): [string, Property] => [
    attribute(a, 'Name') ?? '',
    { type: attribute(a, 'Type') ?? 'Edm.String', nullable: attribute(a, 'Nullable') !== 'false' },
  ]);
  return {
    base: attribute(attributes, 'BaseType'),
    key: keys.filter((key) => key !== null),
    properties: Object.fromEntries(properties),
  };
}

const MAX_INHERITANCE = 10;

function inherited(typeName: string, types: Map<string, TypeShape>, depth: number): Omit<EntitySet, 'name'> {
  const shape = types.get(typeName.slice(typeName.lastIndexOf('.') + 1));
  if (!shape || depth > MAX_INHERITANCE) return { key: [], properties: {} };
  const base = shape.base === null ? { key: [], properties: {} } : inherited(shape.base, types, depth + 1);
  return { key: [...base.key, ...shape.key], properties: { ...base.properties, ...shape.properties } };
}

function attribute(attributes: string, name: string): string | null {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  return match ? (match[1] ?? match[2] ?? '') : null;
}
