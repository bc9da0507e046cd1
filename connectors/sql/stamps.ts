import { DateTime } from 'luxon';
import type { CursorSettings, StreamSettings } from '../../config/settings/settings.ts';
import type { JsonObject } from '../../schema/json.ts';
import { compileVersion } from '../mapping/source-record.ts';
import type { SqlValue } from './wire.ts';

/** One way a row may tell its change: a column, or a column for the date and one for the time of day. */
export interface Stamp {
  columns: string[];
  /** A canonical version as the columns' values; rows at or after it are the changed ones. */
  valuesOf(version: string): SqlValue[];
  /** Values below are no stamps: zero dates, `00000000`, empty text. null where only NULL is none. */
  floor: SqlValue[] | null;
}

/** The first day that a TIMESTAMP holds in any zone. Older stamps count as none, which only costs reading them again. */
const EARLIEST = '1970-01-02T00:00:00.000000Z';
const HOUR = 3_600_000;

/** The stamps of a cursor, in the order in which they count. Throws Error for a format whose text order is not time order. */
export function stampsOf(cursor: CursorSettings): Stamp[] {
  const fields = typeof cursor.field === 'string' ? [cursor.field] : cursor.field;
  return fields.map((field) => {
    const columns = cursor.time === undefined ? [field] : [field, cursor.time];
    const valuesOf = compileValues(cursor, columns.length);
    return { columns, valuesOf, floor: cursor.type === 'integer' ? null : valuesOf(EARLIEST).slice(0, 1) };
  });
}

function compileValues({ type, format, zone, time }: CursorSettings, width: number): Stamp['valuesOf'] {
  if (type === 'integer') return (version) => [BigInt(version)];
  if (format !== undefined && !sortsAsText(format)) {
    throw new Error(`expected a cursor format that sorts as text, largest unit first, got ${format}`);
  }
  if (type === 'date')
    return (version) => [DateTime.fromISO(version.slice(0, 10), { zone: 'utc' }).toFormat(format ?? 'yyyy-MM-dd')];
  const written = format ?? (time === undefined ? "yyyy-MM-dd HH:mm:ss.'micros'" : 'yyyy-MM-dd HH:mm:ss');
  return (version) => {
    const text = earliestWall(version, zone ?? 'utc')
      .toFormat(written)
      .replace('micros', version.slice(20, 26));
    // Without zeros at its end, since text columns may hold `10:00:00` as well as `10:00:00.5`.
    if (width === 1) return [format === undefined ? text.replace(/\.?0*$/, '') : text];
    const [date = '', timeOfDay = ''] = text.split(' ');
    return [date, timeOfDay];
  };
}

function sortsAsText(format: string): boolean {
  const units = format.replace(/'[^']*'/g, '').match(/y+|M+|d+|H+|m+|s+|[Su]+/g) ?? [];
  const order = ['y', 'M', 'd', 'H', 'm', 's', 'S', 'u'];
  const places = units.map((unit) => order.indexOf(unit.charAt(0)));
  return places[0] === 0 && places.every((place, i) => i === 0 || place > (places[i - 1] ?? -1));
}

/**
 * The earliest a wall clock of this zone may have shown around an instant. Next to a clock change that is up to an
 * hour before what it did show: rows of the hour that came twice are read once more rather than missed.
 */
function earliestWall(instant: string, zone: string): DateTime {
  const utc = DateTime.fromISO(instant, { zone: 'utc' });
  if (zone === 'utc') return utc;
  const offsets = [-3 * HOUR, 0, 3 * HOUR].map((shift) => utc.plus(shift).setZone(zone).offset);
  return utc.plus({ minutes: Math.min(...offsets) });
}

/**
 * The version of a row. A wall clock tells no order within the hour that comes twice, so all stamps of that hour get
 * its beginning: of two changes in it neither passes for the older one. A time the clock skipped counts as the moment
 * of the change.
 */
export function compileRowVersion({
  cursor,
  nulls,
}: Pick<StreamSettings, 'cursor' | 'nulls'>): (data: JsonObject) => string | null {
  const versionOf = compileVersion(cursor, nulls);
  const zone = cursor?.zone;
  if (!cursor || zone === undefined || cursor.type !== 'instant') return versionOf;
  // The same text read as if it were UTC, to see the wall clock itself.
  const wallOf = compileVersion({ ...cursor, zone: 'utc' }, nulls);
  return (data) => {
    const wall = wallOf(data);
    return wall === null ? null : versionAtWall(wall, zone);
  };
}

function versionAtWall(wall: string, zone: string): string {
  const micros = wall.slice(23, 26);
  const local = DateTime.fromISO(wall.slice(0, 23), { zone });
  const [first, second] = local.getPossibleOffsets().sort((a, b) => a.toMillis() - b.toMillis());
  if (first && second) {
    return canonical(changeBetween(first, second, zone).minus(second.diff(first)), '000');
  }
  const skipped = local.toFormat("yyyy-MM-dd'T'HH:mm") !== wall.slice(0, 16);
  if (skipped) return canonical(changeBetween(local.minus(3 * HOUR), local.plus(3 * HOUR), zone), '000');
  return canonical(local, micros);
}

/** The instant at which a zone's offset changes between two others, found by halving. */
function changeBetween(from: DateTime, to: DateTime, zone: string): DateTime {
  let [low, high] = [from.toMillis(), to.toMillis()];
  const offsetAt = (time: number) => DateTime.fromMillis(time, { zone }).offset;
  const before = offsetAt(low);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return DateTime.fromMillis(high, { zone });
}

function canonical(time: DateTime, micros: string): string {
  return time.toUTC().toFormat(`yyyy-MM-dd'T'HH:mm:ss.SSS'${micros}Z'`);
}
