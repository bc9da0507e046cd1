import type { CursorSettings } from '../../../config/settings/settings.ts';
import { compileStampText } from '../../mapping/stamp-text.ts';
import type { Bound } from '../filter.ts';
import { literal } from '../literals.ts';
import type { OdataVersion } from '../odata-version.ts';

export interface StampTypes {
  cursor: CursorSettings;
  /** The stamps in order of preference; the time of day, if any, belongs to the first. */
  stampFields: readonly string[];
  timeField: string | null;
  typeOf(field: string): string;
  version: OdataVersion;
}

/** Compiles how a version is told to the source in terms of one stamp: a moment, a day, or a day and a time of day. */
export function compileStampBounds(types: StampTypes): (at: string, stampField: string) => Bound[] {
  const { cursor, timeField, typeOf, version } = types;
  const bound = (field: string, text: string): Bound => ({ field, literal: literal(text, typeOf(field), version) });
  const dayText = (day: string) => (version < 4 ? `${day}T00:00:00` : day);
  const momentText = compileStampText(cursor);
  const localText = compileStampText({ type: 'instant', zone: cursor.zone ?? 'UTC', format: undefined });

  return (at, stampField) => {
    if (cursor.type !== 'instant' || cursor.format) {
      const text = momentText(at);
      return [bound(stampField, cursor.type === 'date' && !cursor.format ? dayText(text) : text)];
    }
    const [day = '', time = ''] = localText(at).replace('Z', '').split('T');
    if (stampField === types.stampFields[0] && timeField !== null) {
      return [bound(stampField, dayText(day)), bound(timeField, clockText(time, version))];
    }
    return [bound(stampField, isDay(types, stampField) ? dayText(day) : momentText(at))];
  };
}

/** v2 has one type for days and moments: a stamp that only stands in for the first is taken for a day, to be safe. */
function isDay({ stampFields, typeOf, version }: StampTypes, field: string): boolean {
  const type = typeOf(field);
  return type === 'Edm.Date' || (version < 4 && type === 'Edm.DateTime' && field !== stampFields[0]);
}

function clockText(time: string, version: OdataVersion): string {
  const clock = time.slice(0, 8);
  const [hours, minutes, seconds] = clock.split(':');
  return version < 4 ? `PT${hours}H${minutes}M${seconds}S` : clock;
}
