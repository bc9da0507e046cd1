import { type DocumentNode, type GraphQLSchema, getNamedType, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

export type Lane = 'local' | 'stitched';

/** What only remote services can answer: types of theirs, and fields they add to ours (`Customer.creditScore`). */
export interface RemoteParts {
  types: ReadonlySet<string>;
  fields: ReadonlySet<string>;
}

export const noRemoteParts: RemoteParts = { types: new Set(), fields: new Set() };

/** Local, unless the document touches something that only a remote service has. Worked out once a document. */
export function createLaneChooser(schema: GraphQLSchema, remote: RemoteParts): (document: DocumentNode) => Lane {
  if (remote.types.size === 0 && remote.fields.size === 0) return () => 'local';
  const chosen = new WeakMap<DocumentNode, Lane>();
  return (document) => {
    const lane = chosen.get(document) ?? (touchesRemote(schema, remote, document) ? 'stitched' : 'local');
    chosen.set(document, lane);
    return lane;
  };
}

function touchesRemote(schema: GraphQLSchema, remote: RemoteParts, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let touches = false;
  visit(
    document,
    visitWithTypeInfo(types, {
      enter: (node) => {
        if (node.kind !== Kind.FIELD) return;
        const parent = types.getParentType()?.name;
        const result = types.getType();
        if (remote.fields.has(`${parent}.${node.name.value}`)) touches = true;
        if (result && remote.types.has(getNamedType(result).name)) touches = true;
      },
    }),
  );
  return touches;
}
