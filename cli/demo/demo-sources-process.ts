import { startDemoSources } from '../../demo/start-demo-sources.ts';
import type { DemoSourcesOptions, SourcesMessage, SourcesOrder } from './demo-sources.ts';

/**
 * The other end of demo-sources.ts: does what it is told and ends when told to, or when whoever started it is gone.
 * Ctrl+C reaches this process too, but the sources stay until the pages under way have been read.
 */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

const [options] = process.argv.slice(2).map((text) => JSON.parse(text) as DemoSourcesOptions);
if (!options) throw new TypeError('Expected the options of the sources as one JSON argument.');

try {
  const sources = await startDemoSources(options);
  process.on('message', (order: SourcesOrder) => {
    if (order.type === 'change') sources.startChanging({ everyMs: order.everyMs }).catch(noMoreChanges);
    else void sources.stop().then(() => process.exit(0));
  });
  process.on('disconnect', () => process.exit(0));
  tell({ type: 'ready', settings: sources.settings });
} catch (error) {
  tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  // systems that did start keep the process up; the other end kills it as soon as it has read why
  process.disconnect?.();
}

function noMoreChanges(error: unknown): void {
  process.stderr.write(`The demo's systems stop changing: ${error instanceof Error ? error.message : String(error)}\n`);
}

function tell(message: SourcesMessage): void {
  process.send?.(message);
}
