/** One server-sent event as it came; `event` is empty for one without data. */
interface ReadEvent {
  event: string;
  id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared as plain JSON
  data: any;
}

export interface EventReader {
  status: number;
  headers: Headers;
  /** The next event that says something; signs of life are passed over. undefined at the end. */
  next(): Promise<ReadEvent | undefined>;
  /** The next event of any kind. */
  any(): Promise<ReadEvent | undefined>;
  /** Answers that are no stream. */
  text(): Promise<string>;
  close(): void;
}

/** Subscribes over HTTP and reads the events as they are on the wire. */
export async function readEvents(
  url: string,
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<EventReader> {
  const leaving = new AbortController();
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify(body),
    signal: leaving.signal,
  });
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let rest = '';

  async function any(): Promise<ReadEvent | undefined> {
    for (;;) {
      const end = rest.indexOf('\n\n');
      if (end >= 0) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + 2);
        return eventOf(block);
      }
      const part = await reader?.read();
      if (!part || part.done) return undefined;
      rest += decoder.decode(part.value, { stream: true });
    }
  }

  return {
    status: answer.status,
    headers: answer.headers,
    any,
    async next() {
      for (;;) {
        const event = await any();
        if (event?.event !== '') return event;
      }
    },
    async text() {
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        rest += decoder.decode(part.value, { stream: true });
      }
      return rest;
    },
    close: () => leaving.abort(),
  };
}

function eventOf(block: string): ReadEvent {
  const fields = new Map(block.split('\n').map((line) => [line.split(':', 1).join(), line.replace(/^[^:]*: ?/, '')]));
  const data = fields.get('data');
  return { event: fields.get('event') ?? '', id: fields.get('id'), data: data ? JSON.parse(data) : undefined };
}
