import { parse } from 'node-cron';

const DAY = 86_400;

/** The longest pause in seconds between two ticks of a cron expression; over days it counts whole weeks and months. */
export function scheduleInterval(expression: string): number {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = parse(expression);
  const ticks = hour
    .flatMap((h) => minute.flatMap((m) => second.map((s) => h * 3600 + m * 60 + s)))
    .sort((a, b) => a - b);
  const first = ticks.at(0) ?? 0;
  const last = ticks.at(-1) ?? 0;
  const withinDay = ticks.reduce((longest, tick, i) => Math.max(longest, tick - (ticks[i - 1] ?? tick)), 0);
  const overnight = longestDayGap(dayOfMonth, month, dayOfWeek) * DAY - (last - first);
  return Math.max(withinDay, overnight);
}

/** Days from one day with ticks to the next, at most, seen over one leap cycle. Words such as `L` are the last day. */
function longestDayGap(days: (number | string)[], months: number[], weekdays: (number | string)[]): number {
  const onDay = new Set(days.map((day) => (typeof day === 'number' ? day : 28)));
  const onWeekday = new Set(weekdays.map((day) => (typeof day === 'number' ? day % 7 : Number.parseInt(day, 10) % 7)));
  let longest = 1;
  let previous: number | undefined;
  for (let day = Date.UTC(2024, 0, 1) / (DAY * 1000), end = day + 2 * 1461; day < end; day++) {
    const date = new Date(day * DAY * 1000);
    const ticks =
      onDay.has(date.getUTCDate()) && months.includes(date.getUTCMonth() + 1) && onWeekday.has(date.getUTCDay());
    if (!ticks) continue;
    if (previous !== undefined) longest = Math.max(longest, day - previous);
    previous = day;
  }
  return longest;
}
