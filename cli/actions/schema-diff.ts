import {
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';

/** The graph's SDL as it is published: sorted, so that a change is a change. */
export function publishedSdl(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

export interface SchemaDiff {
  /** Breaks operations that were valid before, and no note says so. */
  unnoted: string[];
  /** The same, but noted. */
  noted: string[];
  /** Valid operations stay valid, but may be answered with something their client does not expect. */
  dangerous: string[];
}

/** What changed since an SDL was published. A note is a line that holds the words of the change. */
export function diffSchema(published: string, current: GraphQLSchema, notes: string): SchemaDiff {
  const before = buildSchema(published);
  const breaking = findBreakingChanges(before, current).map(({ description }) => description);
  return {
    unnoted: breaking.filter((change) => !notes.includes(change)),
    noted: breaking.filter((change) => notes.includes(change)),
    dangerous: findDangerousChanges(before, current).map(({ description }) => description),
  };
}
