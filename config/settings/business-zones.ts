import { DateTime, IANAZone } from 'luxon';
import { z } from 'zod';

/** An IANA zone. */
export const zoneName = z
  .string()
  .refine((name) => IANAZone.isValidZone(name), 'expected an IANA zone such as Europe/Berlin or UTC');

/** Whose clock says which business day it is. */
export interface BusinessZones {
  /** The company's own: today, and systems that have none. */
  zone: string;
  /** System → the zone of the place its records are about. */
  zones: Readonly<Record<string, string>>;
}

/** Every place has UTC's days. */
export const utcDays: BusinessZones = { zone: 'UTC', zones: {} };

/** The zone of the places that a system's records are about. */
export function zoneOf({ zone, zones }: BusinessZones, system: string): string {
  return (Object.hasOwn(zones, system) ? zones[system] : undefined) ?? zone;
}

/** The business date of an instant (`2026-03-01T01:30:00.000000Z`) in a zone; the instant's own UTC date for UTC. */
export function businessDate(instant: string, zone: string): string {
  if (zone === 'UTC') return instant.slice(0, 10);
  return DateTime.fromISO(`${instant.slice(0, 23)}Z`, { zone }).toISODate() ?? instant.slice(0, 10);
}

/** The instant at which a business date begins in a zone: midnight, or the first moment after it where clocks skip it. */
export function startOfDate(date: string, zone: string): string {
  const start = DateTime.fromISO(date, { zone }).startOf('day').toUTC().toISO() ?? `${date}T00:00:00.000Z`;
  return start.replace('Z', '000Z');
}
