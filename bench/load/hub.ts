import { main } from '../../cli/main.ts';
import type { MemoryReading } from './hub-process.ts';

/*
 * `customer360 serve`, as the command itself runs it, in a process that also says how much memory it holds. Started
 * with --expose-gc, so that what lives is told from what merely has not been collected yet.
 */

process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  process.send?.({ heapUsed, rss } satisfies MemoryReading);
});
process.on('disconnect', () => process.exit(1));
// whoever asks for memory does not keep the hub from ending
process.channel?.unref();

process.exitCode = await main(process.argv.slice(2));
