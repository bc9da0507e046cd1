import { inSpan } from '../../config/observability/tracing.ts';

const LONGEST = 500;

/** A statement sent to the cache's database, as a span: with its text, in which values are placeholders. */
export function statementSpan<T>(statement: string, system: 'mysql' | 'sqlite', send: () => Promise<T>): Promise<T> {
  const attributes = { 'db.system.name': system, 'db.query.text': statement.slice(0, LONGEST) };
  return inSpan(/^\s*(\w+)/.exec(statement)?.[1] ?? 'statement', { kind: 'client', attributes }, send);
}
