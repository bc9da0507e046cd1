import { HubError } from '../../../config/errors.ts';

/** What a cursor says: the values of the last item's place. `tag` is the field and order that it belongs to. */
export function encodeCursor(tag: string, values: readonly (string | null)[]): string {
  return Buffer.from(JSON.stringify([tag, ...values]), 'utf8').toString('base64url');
}

/** The values of a cursor. Throws CURSOR_INVALID for one that another field or order made, or nobody. */
export function decodeCursor(
  cursor: string,
  tag: string,
  fits: (values: readonly (string | null)[]) => boolean,
): (string | null)[] {
  const [found, ...values] = readArray(cursor);
  const readable = values.every((value) => value === null || typeof value === 'string');
  if (found !== tag || !readable || !fits(values as (string | null)[])) {
    throw new HubError(
      'CURSOR_INVALID',
      `Expected a cursor made by ${tag}, got "${shortened(cursor)}". Take \`pageInfo.endCursor\` of the page before, asked for from the same field with the same orderBy.`,
    );
  }
  return values as (string | null)[];
}

/** Ids of cursors are compared with columns of ids: nothing else may get there. */
export function isId(value: string | null | undefined): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value ?? '');
}

function readArray(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
