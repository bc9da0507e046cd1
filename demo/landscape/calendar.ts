/** A day as the number of days since 1970-01-01 (UTC); it adds and compares as a number. */
export type Day = number;

/** A moment in microseconds since 1970-01-01 (UTC): exact in a JS number until the year 2255. */
export type Micros = number;

const MICROS_A_DAY = 86_400_000_000;

/** `YYYY-MM-DD` of a day. */
export function dateOf(day: Day): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** The day a date `YYYY-MM-DD` names. */
export function dayOf(date: string): Day {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
}

export function dayOfMoment(moment: Micros): Day {
  return Math.floor(moment / MICROS_A_DAY);
}

/** A moment within a day, given in seconds (and microseconds) after midnight UTC. */
export function momentOf(day: Day, seconds: number, micros = 0): Micros {
  return day * MICROS_A_DAY + seconds * 1_000_000 + micros;
}

/** `YYYY-MM-DDThh:mm:ss.ffffffZ`. */
export function isoOf(moment: Micros): string {
  const seconds = Math.floor(moment / 1_000_000);
  const fraction = String(moment - seconds * 1_000_000).padStart(6, '0');
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** The clock of a zone without summer time, `YYYY-MM-DDThh:mm:ss.ffffff`, `hours` ahead of UTC. */
export function wallClockOf(moment: Micros, hours: number): string {
  return isoOf(moment + hours * 3_600_000_000).slice(0, 26);
}

/** Saturdays and Sundays move to the Monday after. */
export function businessDay(day: Day): Day {
  const weekday = (((day + 4) % 7) + 7) % 7;
  return weekday === 6 ? day + 2 : weekday === 0 ? day + 1 : day;
}
