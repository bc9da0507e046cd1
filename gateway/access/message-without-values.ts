import { type ErrorCode, errorCatalogue } from '../../config/errors.ts';
import type { GraphContext } from '../context.ts';
import { may, type Viewer } from './viewer.ts';

/*
 * Messages about records quote what did not fit: a name in a date field, an address in a number. Viewers without
 * `pii:read` get them without. What is not known to be free of values is not shown, so that a new message cannot leak.
 */

interface Told {
  id: string;
  code: string;
  message: string;
}

/** `file.csv, line 7: party.birthDate: expected …, got …`: up to "got" it is made of names and settings. */
const expectation = /^((?:[^":]+, line \d+: )?(?:[\w.$^[\]-]+[:.] ?)*expected .*?), got (.*)$/s;

const UNSEEN = 'a value that is shown to logins with pii:read';

/** Why a record is in quarantine, as the viewer may read it. Reading a value is noted, as for personal fields. */
export function quarantineMessage({ id, code, message }: Told, _args: unknown, context: GraphContext): string {
  const shown = reasonWithoutValues(code, message);
  if (!may(context.viewer, 'pii:read')) return shown;
  if (shown !== message) context.personal.add(id);
  return message;
}

/** `birthDate: expected a date, got "Ada Kern"` → `birthDate: expected a date, got a value that …`. */
export function reasonWithoutValues(code: string, message: string): string {
  // it names fields and types, as the list of changed shapes does
  if (code === 'SCHEMA_DRIFT') return message;
  const [, expected = '', got = ''] = expectation.exec(message) ?? [];
  if (expected === '') return `${errorCatalogue[code as ErrorCode] ?? code} Why is shown to logins with pii:read.`;
  return /^(nothing|a list of \d+)$/.test(got) ? message : `${expected}, got ${UNSEEN}`;
}

/**
 * The error of a run or a source as the viewer may read it. It is about a system, not about a record, but a source may
 * quote one in its own words: what stands in quotation marks is left out.
 */
export function errorWithoutQuotes(message: string | null | undefined, viewer: Viewer): string | null {
  if (message === null || message === undefined) return null;
  if (may(viewer, 'pii:read')) return message;
  return message
    .replace(/"(?:[^"\\]|\\.)*("|$)/g, '"…"')
    .replace(/(^|[\s(:=])'(?:[^'\\]|\\.)*'(?=$|[\s).,;:])/g, "$1'…'")
    .replace(/[\w.+-]+@([\w-]+\.)+[\w-]+/g, '…');
}
