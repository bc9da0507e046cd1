import { DateTime, IANAZone } from 'luxon';
import { defends } from '../../config/defences.ts';
import { mismatch } from './mismatch.ts';

/** How a source writes its dates and times. */
export interface TimeOptions {
  /** luxon format; ISO 8601, SQL text and OData's `/Date(…)/` are understood without one. */
  format?: string | undefined;
  /** IANA zone of times that carry no offset. */
  zone?: string | undefined;
  /** Days whose first or last moment stands for "not set", as `YYYY-MM-DD`. */
  unset?: readonly string[] | undefined;
}

/** A moment as it was read: milliseconds as if its wall clock were UTC, the digits below, and its offset if it told one. */
interface Reading {
  wall: number;
  micros: string;
  offset: number | null;
}

const DAY = 86_400_000;

const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const odataDate = /^\/Date\((-?\d+)([+-]\d{1,4})?\)\/$/;
/** A date as it is kept, of a day that every month has: nothing is left to be found out. */
const plainDate = /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/;
/** `0000-00-00`, `00000000`, `0000-00-00 00:00:00`: how legacy systems write "never". */
const zeroDate = /^0{4}[-./]?00[-./]?00(?:[T ]?[0:.]+)?Z?$/;

/** Compiles the reading of instants: text → `YYYY-MM-DDThh:mm:ss.ffffffZ`, null for a zero date. */
export function compileInstant(options: TimeOptions): (text: string) => string | null {
  const read = compileReading(options.format);
  const inZone = compileZone(options.zone ?? 'utc');
  const isUnset = compileUnset(options.unset);
  return (text) => {
    if (zeroDate.test(text)) return null;
    const reading = read(text);
    if (isUnset(reading)) return null;
    const time = reading.offset === null ? inZone(reading.wall, text) : reading.wall - reading.offset * 60_000;
    return instantText(time, reading.micros, text);
  };
}

/**
 * Compiles the reading of business dates: text → `YYYY-MM-DD`, null for a zero date. A stamp with an offset is of the
 * calendar day that is written in it: whoever wrote it knew their own day. UTC and epoch numbers tell no place, so there
 * a `zone` says whose day is meant.
 */
export function compileDate(options: TimeOptions): (text: string) => string | null {
  const read = compileReading(options.format);
  const zone = options.zone ?? 'utc';
  const isUnset = compileUnset(options.unset);
  const isPlain = (text: string) => options.format === undefined && plainDate.test(text);
  return (text) => {
    if (isPlain(text)) return text;
    if (zeroDate.test(text)) return null;
    const reading = read(text);
    if (isUnset(reading)) return null;
    const { wall, offset } = reading;
    if (offset !== 0 || zone === 'utc') return instantText(wall, '000', text).slice(0, 10);
    return instantText(
      DateTime.fromMillis(wall, { zone }).setZone('utc', { keepLocalTime: true }).toMillis(),
      '000',
      text,
    ).slice(0, 10);
  };
}

const LAST_SECOND = DAY - 1_000;

/** Compiles whether a stamp is the first moment or the last second of a listed day, on its own clock or in UTC. */
function compileUnset(listed: readonly string[] = []): (reading: Reading) => boolean {
  if (listed.length === 0) return () => false;
  const days = new Set(listed.map((day) => Date.parse(`${day}T00:00:00Z`) / DAY));
  const isOne = (time: number) => {
    const day = Math.floor(time / DAY);
    const within = time - day * DAY;
    return days.has(day) && (within === 0 || within >= LAST_SECOND);
  };
  return ({ wall, offset }) => isOne(wall) || isOne(wall - (offset ?? 0) * 60_000);
}

export function isZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
}

function compileReading(format: string | undefined): (text: string) => Reading {
  if (format === undefined) return readIso;
  if (format === 'X' || format === 'x') return (text) => readEpoch(text, format);
  const parser = DateTime.buildFormatParser(format);
  const unquoted = format.replace(/'[^']*'/g, '');
  const tellsOffset = /[Zz]/.test(unquoted);
  const tellsFraction = unquoted.includes('u');
  return (text) => {
    const parsed = DateTime.fromFormatParser(text.trim(), parser, { zone: 'utc', setZone: true });
    if (!parsed.isValid) throw mismatch(`a date or time written as ${format}`, text);
    const fraction = tellsFraction ? (/[.,](\d{1,9})(?!.*[.,]\d)/.exec(text)?.[1] ?? '') : '';
    const wall = parsed.toMillis() + parsed.offset * 60_000;
    return { wall, micros: fraction.padEnd(6, '0').slice(3, 6), offset: tellsOffset ? parsed.offset : null };
  };
}

/** `X`: seconds since 1970, `x`: milliseconds. luxon writes these formats and does not read them. */
function readEpoch(text: string, format: 'X' | 'x'): Reading {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d{1,16})(?:\.(\d{1,9}))?$/.exec(text.trim()) ?? [];
  if (whole === '') throw mismatch(format === 'X' ? 'seconds since 1970' : 'milliseconds since 1970', text);
  const digits = fraction.padEnd(6, '0');
  const milliseconds = format === 'X' ? Number(whole) * 1_000 + Number(digits.slice(0, 3)) : Number(whole);
  const micros = format === 'X' ? digits.slice(3, 6) : digits.slice(0, 3);
  return { wall: sign === '-' ? -milliseconds : milliseconds, micros: sign === '-' ? '000' : micros, offset: 0 };
}

function readIso(text: string): Reading {
  const odata = odataDate.exec(text);
  if (odata) {
    // The number counts UTC milliseconds; the offset, in minutes, says how the source would show it.
    const offset = Number(odata[2] ?? 0);
    return { wall: Number(odata[1]) + offset * 60_000, micros: '000', offset };
  }
  const match = iso.exec(text.trim());
  const [, date = '', minutes = '00:00', seconds = '00', fraction = '', offset] = match ?? [];
  const digits = fraction.padEnd(6, '0');
  const written = `${date}T${minutes}:${seconds}.${digits.slice(0, 3)}Z`;
  const wall = match ? Date.parse(written) : Number.NaN;
  // Date.parse reads 30 February as 2 March.
  if (Number.isNaN(wall) || new Date(wall).toISOString() !== written) {
    throw mismatch('a date or time in ISO 8601 (other ways of writing need `format`)', text);
  }
  return { wall, micros: digits.slice(3, 6), offset: offset === undefined ? null : offsetMinutes(offset) };
}

function offsetMinutes(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return offset.startsWith('-') ? -minutes : minutes;
}

/** Compiles the reading of a zone's wall clocks. Clocks are put back or forward on few days: the others have one offset. */
function compileZone(zone: string): (wall: number, text: string) => number {
  if (zone === 'utc') return (wall) => wall;
  const offsets = new Map<number, number | null>();
  return (wall, text) => {
    const day = Math.floor(wall / DAY);
    let offset = offsets.get(day);
    if (offset === undefined) {
      offset = steadyOffset(day, IANAZone.create(zone));
      offsets.set(day, offset);
    }
    return offset === null ? inZone(wall, zone, text) : wall - offset * 60_000;
  };
}

/** The offset in minutes that a zone has all through a day of its wall clocks, which UTC has from the day before to the day after. */
function steadyOffset(day: number, zone: IANAZone): number | null {
  const [first = 0, ...others] = [-1, 0, 1, 2].map((days) => zone.offset((day + days) * DAY));
  return others.every((offset) => offset === first) ? first : null;
}

/**
 * The moment a wall clock showed this time in a zone. A time skipped by a clock change never was and is refused;
 * one that came twice is the earlier, so that a cursor never runs ahead.
 */
function inZone(wall: number, zone: string, text: string): number {
  const { year, month, day, hour, minute, second, millisecond } = DateTime.fromMillis(wall, { zone: 'utc' });
  const local = DateTime.fromObject({ year, month, day, hour, minute, second, millisecond }, { zone });
  if ((local.hour !== hour || local.minute !== minute) && defends('existing times')) {
    throw mismatch(`a time that exists in ${zone} (clocks were put forward over this one)`, text);
  }
  return Math.min(...local.getPossibleOffsets().map((possible) => possible.toMillis()));
}

function instantText(milliseconds: number, micros: string, text: string): string {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  if (!(year >= 1000 && year <= 9999)) throw mismatch('a year between 1000 and 9999 (others can be `nulls`)', text);
  return date.toISOString().replace('Z', `${micros}Z`);
}

/** A date and a time of day kept apart, as one text: ISO unless a format says how the two are written. */
export function joinDateAndTime(date: string, time: string | null, format: string | undefined): string {
  if (format !== undefined) return `${date} ${time ?? ''}`;
  if (time === null) return date.slice(0, 10);
  return `${date.slice(0, 10)}T${odataTime(time) ?? time}`;
}

/** OData v2's `PT15H32M21S` → `15:32:21`; null for any other text. */
function odataTime(text: string): string | null {
  const match = /^PT(?:(\d{1,2})H)?(?:(\d{1,2})M)?(?:(\d{1,2})(\.\d+)?S)?$/.exec(text);
  if (!match) return null;
  const [, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  return `${hours.padStart(2, '0')}:${minutes.padStart(2, '0')}:${seconds.padStart(2, '0')}${fraction}`;
}
