import { DateTime } from 'luxon';
import type { CursorSettings } from '../../config/settings/settings.ts';

/** How a source wants to be told a moment. */
export type StampForm = Pick<CursorSettings, 'type' | 'format' | 'zone'>;

/**
 * The other way round than reading a version: `since` as the source writes it. In the hour that comes twice when
 * clocks are put back, what is written later can be stamped earlier, so it is asked for from an hour before: records
 * come twice rather than not at all.
 */
export function compileStampText(form: StampForm): (version: string) => string {
  const { type, format, zone = 'utc' } = form;
  if (type === 'integer') return (version) => version.replace(/^0+(?=\d)/, '');
  if (type === 'date') return (version) => (format ? localTime(version, 'utc').toFormat(format) : version.slice(0, 10));
  return (version) => {
    const local = localTime(version, zone);
    if (format) return local.toFormat(format);
    if (zone === 'utc') return version.replace(/\.?0+Z$/, 'Z');
    const fraction = version.slice(19, 26).replace(/\.?0+$/, '');
    return `${local.toFormat("yyyy-MM-dd'T'HH:mm:ss")}${fraction}`;
  };
}

function localTime(version: string, zone: string): DateTime {
  const local = DateTime.fromISO(version, { zone });
  if (local.getPossibleOffsets().length === 1) return local;
  return local.setZone('utc', { keepLocalTime: true }).minus({ hours: 1 });
}
