import { type Defence, takeAway } from '../../../config/defences.ts';
import { createLog } from '../../../config/observability/log.ts';
import { utcTask } from '../../../sync-jobs/schedule/utc-task.ts';

/** Prints when a task of every ten minutes would run around the end of summer time, with or without a defence. */
const [without] = process.argv.slice(2);
if (without) takeAway(without as Defence);
const RealDate = Date;
const beforeTheChange = RealDate.parse('2026-10-25T00:25:00Z');
globalThis.Date = class extends RealDate {
  constructor(...given: [] | [number]) {
    super(...(given.length === 0 ? ([beforeTheChange] as const) : given));
  }
  static override now() {
    return beforeTheChange;
  }
} as DateConstructor;
const task = utcTask('*/10 * * * *', () => undefined, createLog({ level: 'silent' }));
process.stdout.write(JSON.stringify(task.getNextRuns(6).map((run) => run.toISOString().slice(11, 16))));
await task.destroy();
