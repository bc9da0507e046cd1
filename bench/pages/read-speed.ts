import { parse } from 'lossless-json';
import { createHttpClient, type HttpClient } from '../../connectors/http/http-client.ts';
import { createSend } from '../../connectors/http/send.ts';
import { type Figure, median } from '../sync/bench-options.ts';

interface ReadSpeed {
  /** Address of the page. */
  url: string;
  /** Records of the page. */
  records: number;
  /** Pages a round. */
  pages: number;
  rounds: number;
  say(line: string): void;
}

type Way = 'text' | 'records';

/**
 * Records a CPU second from the socket to parsed values, in this process alone: the whole text given to lossless-json,
 * as the hub did before, and the records read each for itself. Rounds take turns, forwards and backwards.
 */
export async function measureReadSpeed({ url, records, pages, rounds, say }: ReadSpeed): Promise<Figure[]> {
  const limits = { idle: 10_000, total: 60_000, maxBytes: 64_000_000 };
  const { send, close } = createSend(limits);
  const http = createHttpClient({ system: 'bench', auth: { type: 'none' }, timeout: 10_000 });
  const signal = new AbortController().signal;
  const read: Record<Way, () => Promise<number>> = {
    async text() {
      const { text } = await send({ method: 'GET', url, headers: {}, body: undefined }, signal);
      return (parse(text) as { items: unknown[] }).items.length;
    },
    records: () => readRecords(http, url, signal),
  };
  const seen: Record<Way, number[]> = { text: [], records: [] };
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const way of round % 2 === 0 ? (['text', 'records'] as const) : (['records', 'text'] as const)) {
        const before = process.cpuUsage();
        for (let page = 0; page < pages; page += 1) {
          const got = await read[way]();
          if (got !== records) throw new Error(`Expected ${records} records, got ${got}.`);
        }
        const { user, system } = process.cpuUsage(before);
        // The first round only warms up.
        if (round > 0) seen[way].push((records * pages) / ((user + system) / 1e6));
      }
    }
  } finally {
    close();
    http.close();
  }
  const [text, each] = [median(seen.text), median(seen.records)];
  const thousands = (rate: number) => Math.round(rate).toLocaleString('en-US');
  say(
    `  ${records} records a page: ${thousands(text)} records a CPU second as one text, ${thousands(each)} each for itself`,
  );
  return [
    { name: `${records} records a page, each for itself / as one text`, value: each / text, bar: { least: 0.95 } },
  ];
}

async function readRecords(http: HttpClient, url: string, signal: AbortSignal): Promise<number> {
  const answer = await http.request({ url, records: { lists: ['items'] } }, signal);
  return answer.list()?.items.length ?? 0;
}
