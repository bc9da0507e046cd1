/** A business date, `YYYY-MM-DD`. */
export const DATE_PATTERN = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** An instant in UTC with microseconds, `YYYY-MM-DDThh:mm:ss.ffffffZ`: one width, so text order is time order. */
export const INSTANT_PATTERN = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;

/** The instant of a JS time in milliseconds. */
export function instantOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}

/** Milliseconds of an instant; microseconds are dropped, so never use it for a cursor. */
export function millisecondsOf(instant: string): number {
  return Date.parse(`${instant.slice(0, 23)}Z`);
}

/** The same moment `milliseconds` later (or earlier, if negative), keeping the microseconds. */
export function shiftInstant(instant: string, milliseconds: number): string {
  const micros = instant.slice(23, 26);
  return new Date(millisecondsOf(instant) + milliseconds).toISOString().replace('Z', `${micros}Z`);
}
