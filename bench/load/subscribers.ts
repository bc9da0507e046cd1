import { readEvents } from '../../test/gateway/event-reader.ts';
import type { Subjects } from './mixture.ts';

const watched = `subscription Watched($id: ID!) {
  customerChanged(id: $id) { id displayName orders(first: 3) { nodes { orderNumber stage } } }
}`;

/** Customers with a page open that shows what changes. */
const SUBSCRIBERS = 10;

export interface Subscribers {
  events(): number;
  wrong: readonly string[];
  stop(): void;
}

/** Subscribes to some customers and counts what is told of them. */
export async function subscribe(url: string, { customers }: Subjects): Promise<Subscribers> {
  const wrong: string[] = [];
  let events = 0;
  let stopping = false;
  const step = Math.max(1, Math.floor(customers.length / SUBSCRIBERS));
  const chosen = customers.filter((_, index) => index % step === 0).slice(0, SUBSCRIBERS);
  const readers = await Promise.all(chosen.map(({ id }) => readEvents(url, { query: watched, variables: { id } })));
  for (const reader of readers) {
    void (async () => {
      for (let event = await reader.next(); event && event.event === 'next'; event = await reader.next()) {
        events += 1;
        if (event.data.errors) wrong.push(`subscription: ${JSON.stringify(event.data.errors).slice(0, 300)}`);
      }
      if (!stopping) wrong.push('subscription: it ended by itself');
    })().catch((error: unknown) => stopping || wrong.push(`subscription: ${String(error)}`));
  }
  return {
    events: () => events,
    wrong,
    stop() {
      stopping = true;
      for (const reader of readers) reader.close();
    },
  };
}
