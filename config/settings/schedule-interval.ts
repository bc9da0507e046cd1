import { createTask, parse } from 'node-cron';

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

/** The next moments of a cron expression, in UTC, as the schedule itself works them out; fewer where it ends. */
export function nextRuns(expression: string, count: number): Date[] {
  const task = createTask(expression, () => undefined, { timezone: 'UTC' });
  const runs = task.getNextRuns(count);
  void task.destroy();
  return runs;
}

/** Whether a cron expression restricts both the day of the month and the weekday, which crontab(5) reads as either. */
export function namesBothDays(expression: string): boolean {
  const [weekday = '*', , dayOfMonth = '*'] = expression.trim().split(/\s+/).reverse();
  return [weekday, dayOfMonth].every((field) => !/^[*?]/.test(field));
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
