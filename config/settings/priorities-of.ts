import type { Settings } from './settings.ts';

/** Source → priority, as the golden record asks for it. */
export function prioritiesOf({ sources }: Pick<Settings, 'sources'>): Record<string, number> {
  return Object.fromEntries(Object.entries(sources).map(([system, { priority }]) => [system, priority]));
}
