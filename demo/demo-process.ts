import type { Order, Reply } from './start-demo-process.ts';
import { type DemoSources, startDemoSources } from './start-demo-sources.ts';

/** Runs the sources for the parent process that forked this one. */
let sources: DemoSources | null = null;

process.on('message', ({ number, order }: { number: number; order: Order }) => {
  obey(order).then(
    (reply) => send({ number, ...reply }, order.kind === 'stop'),
    (error) => send({ number, failure: error instanceof Error ? error.message : String(error) }),
  );
});
// A terminal's Ctrl-C reaches both processes; the parent finishes what it reads and then stops this one.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));

async function obey(order: Order): Promise<Omit<Reply, 'number'>> {
  switch (order.kind) {
    case 'start': {
      sources = await startDemoSources(order.options);
      const { settings, settingsFile, env, truth } = sources;
      return { facts: { settings, settingsFile, env, truth } };
    }
    case 'change':
      await sources?.change(order.count);
      return {};
    case 'startChanging':
      await sources?.startChanging({ everyMs: order.everyMs });
      return {};
    case 'stop':
      await sources?.stop();
      return {};
  }
}

function send(reply: Reply, isLast = false): void {
  process.send?.(reply, () => {
    if (isLast) process.disconnect();
  });
}
