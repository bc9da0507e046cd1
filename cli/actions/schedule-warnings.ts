import { namesBothDays, nextRuns } from '../../config/settings/schedule-interval.ts';
import type { HubSettings } from '../read-settings.ts';

/**
 * A word on each schedule that restricts the day of the month and the weekday: crontab(5) runs it on either day, the hub
 * only on days that are both. Each schedule is named once, at the place where it is written.
 */
export function scheduleWarnings(settings: HubSettings): string[] {
  return schedulesOf(settings)
    .filter(([, expression]) => namesBothDays(expression))
    .map(([place, expression]) => {
      const runs = nextRuns(expression, 3).map((run) => `${run.toISOString().slice(0, 16).replace('T', ' ')} UTC`);
      const next = `next runs: ${runs.join(', ')}`;
      const advice = 'Write * for one of the two if that is not what you mean';
      return `${place}: "${expression}" runs only where the day of the month and the weekday both hold (crontab runs on either); ${next}. ${advice}.`;
    });
}

function schedulesOf({ sources, insight }: HubSettings): [place: string, expression: string][] {
  const ofSources = Object.entries(sources).flatMap(([name, source]) => [
    ...named(`sources.${name}`, source, ['schedule', 'reconcileSchedule', 'verifySchedule']),
    ...Object.entries(source.streams).flatMap(([stream, settingsOfStream]) =>
      named(`sources.${name}.streams.${stream}`, settingsOfStream, ['schedule', 'verifySchedule']),
    ),
  ]);
  return [...ofSources, ...named('insight', insight, ['schedule', 'follow'])];
}

function named<K extends string>(
  place: string,
  holder: Readonly<Partial<Record<K, string | undefined>>>,
  keys: readonly K[],
): [place: string, expression: string][] {
  return keys.flatMap((key): [string, string][] => {
    const expression = holder[key];
    return expression === undefined || expression === 'off' ? [] : [[`${place}.${key}`, expression]];
  });
}
