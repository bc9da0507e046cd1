import { hash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'lossless-json';
import { HubError } from '../../config/errors.ts';
import type { Connector, Page, SourceRecord } from '../../connectors/connector.ts';
import { textChecksum } from '../../schema/checksum.ts';
import { INSTANT_PATTERN } from '../../schema/time.ts';

/** One row of the small source behind a connector under test. The source keeps these under its own field names. */
export interface Row {
  id: string;
  /** An instant in canonical form; the source writes it in its own way. */
  stamp: string;
  name: string;
  /** A decimal with its digits. */
  amount: string;
  /** An integer over 2^53. */
  big: string;
}

export type Fault =
  /** The login is refused. */
  | 'wrong-password'
  /** Nothing listens there. */
  | 'unreachable'
  /** The source takes the question and never answers. */
  | 'hang'
  /** The answer ends in the middle. */
  | 'broken-json'
  /** A 200 with an HTML page. */
  | 'login-page';

/** A real source on loopback whose rows the suite controls. The connector reads them as stream `things`. */
export interface Harness {
  /**
   * Page size 3; `wrong-password` and `unreachable` are made here, the other faults by `fail`. A timeout that is
   * short is for `hang` only: the machine the tests run on may be busy.
   */
  connect(fault?: Fault): Connector;
  /** Inserts or overwrites by id. */
  put(rows: readonly Row[]): Promise<void>;
  remove(id: string): Promise<void>;
  /** Removes all rows. */
  clear(): Promise<void>;
  fail(fault: Fault | null): void;
  stop(): Promise<void>;
}

export interface ContractOptions {
  start(): Promise<Harness>;
  /** The faults this kind can meet. */
  faults: readonly Fault[];
  /** The nth key of the source; text such as `K07` where keys are text. */
  idOf?(n: number): string;
  /** Keys that are hard to quote; empty where keys are numbers. */
  awkwardIds?: readonly string[];
  /** The source is read in the order of its keys, since it cannot give an order of versions. */
  inKeyOrder?: boolean;
  /** What must never be seen in an error. */
  secrets: readonly string[];
  /** How name, amount and number are found in a record read. */
  read?(record: SourceRecord): Pick<Row, 'name' | 'amount' | 'big'>;
}

const AWKWARD = ["O'Neil & Söhne", 'a/b', 'a b', 'a+b', '100%', '?x=1#y', '한글', 'A', 'a', '😀'];

/** What every connector promises, shown against a real server. A kind is done when it passes. */
export function connectorContract(name: string, options: ContractOptions): void {
  const { faults, secrets, idOf = (n) => `K${String(n).padStart(3, '0')}`, awkwardIds = AWKWARD } = options;
  const read = options.read ?? fieldsOf;

  describe(`${name}: the connector contract`, () => {
    let harness: Harness;
    let connector: Connector;

    beforeAll(async () => {
      harness = await options.start();
      connector = harness.connect();
    });

    beforeEach(async () => {
      harness.fail(null);
      await harness.clear();
    });

    afterAll(async () => {
      await connector.close();
      await harness.stop();
    });

    const rowsOf = (count: number, stampOf = (n: number) => stampAt(n)): Row[] =>
      Array.from({ length: count }, (_, n) => row(idOf(n + 1), stampOf(n), n));

    it('reads every row of a stream, page by page, and says which page is the last', async () => {
      await harness.put(rowsOf(10));
      const pages = await pagesOf(connector, null);
      expect(keysOf(pages)).toEqual(rowsOf(10).map(({ id }) => id));
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.map(({ next }) => next === null)).toEqual(pages.map((_, i) => i === pages.length - 1));
    });

    it('reads a stream whose rows fill their last page exactly', async () => {
      await harness.put(rowsOf(6));
      expect(keysOf(await pagesOf(connector, null))).toEqual(rowsOf(6).map(({ id }) => id));
    });

    it('reads an empty stream as no records and no error', async () => {
      expect(keysOf(await pagesOf(connector, null))).toEqual([]);
    });

    it(`gives records in the order of their ${options.inKeyOrder ? 'keys' : 'versions'}, whatever the order they came to be in`, async () => {
      await harness.put(rowsOf(9, (n) => stampAt(20 - n)));
      const records = recordsOf(await pagesOf(connector, null));
      const order = records.map(({ key, version }) => (options.inKeyOrder ? key : version));
      expect(order).toEqual([...order].sort());
      expect(new Set(order).size).toBe(9);
    });

    it('reads what changed at or after a version', async () => {
      await harness.put(rowsOf(10));
      const since = stampAt(6);
      const keys = keysOf(await pagesOf(connector, since));
      expect(keys).toEqual(
        rowsOf(10)
          .slice(6)
          .map(({ id }) => id),
      );
    });

    it('tells versions with their microseconds', async () => {
      const stamp = '2025-03-01T10:00:00.123456Z';
      await harness.put([row(idOf(1), stamp, 1)]);
      const [record] = recordsOf(await pagesOf(connector, null));
      expect(record?.version).toMatch(INSTANT_PATTERN);
      expect(record?.version?.slice(0, 23)).toBe(stamp.slice(0, 23));
    });

    it('reads every row when more rows than a page holds carry the same stamp', async () => {
      await harness.put(rowsOf(11, () => stampAt(1)));
      expect(new Set(keysOf(await pagesOf(connector, null)))).toEqual(new Set(rowsOf(11).map(({ id }) => id)));
      expect(new Set(keysOf(await pagesOf(connector, stampAt(1))))).toEqual(new Set(rowsOf(11).map(({ id }) => id)));
    });

    it('goes on after any page as if it had not stopped', async () => {
      await harness.put(rowsOf(11, (n) => stampAt(Math.floor(n / 4))));
      const pages = await pagesOf(connector, null);
      for (const [index, { next }] of pages.entries()) {
        if (next === null) continue;
        const again = harness.connect();
        const rest = await pagesOf(again, null, next);
        await again.close();
        expect(new Set(keysOf(rest))).toEqual(new Set(keysOf(pages.slice(index + 1))));
      }
    });

    it('skips no row when rows are removed and changed between two pages', async () => {
      await harness.put(rowsOf(12));
      const keys: string[] = [];
      let page = 0;
      for await (const { records } of connector.pull('things', { since: null, resume: null }, live())) {
        keys.push(...records.map(({ key }) => key));
        page += 1;
        if (page === 1) {
          await harness.remove(idOf(1));
          await harness.put([row(idOf(2), stampAt(50), 99)]);
        }
      }
      const stayed = rowsOf(12)
        .map(({ id }) => id)
        .filter((id) => id !== idOf(1));
      expect(stayed.filter((id) => !keys.includes(id))).toEqual([]);
    });

    it('reads records by their keys and leaves out those that are not there', async () => {
      await harness.put(rowsOf(8));
      const records = await connector.readByKeys('things', [idOf(3), idOf(7), idOf(99)], live());
      expect(records.map(({ key }) => key).sort()).toEqual([idOf(3), idOf(7)]);
      expect(await connector.readByKeys('things', [], live())).toEqual([]);
    });

    it('reads more keys than one request can hold', async () => {
      await harness.put(rowsOf(150));
      const keys = rowsOf(150).map(({ id }) => id);
      const records = await connector.readByKeys('things', keys, live());
      expect(records.map(({ key }) => key).sort()).toEqual([...keys].sort());
    });

    it('lists every key with its version', async () => {
      await harness.put(rowsOf(10));
      const seen = new Map<string, string | null>();
      for await (const { keys } of connector.scanKeys('things', live())) {
        for (const { key, version } of keys) seen.set(key, version);
      }
      expect([...seen].sort()).toEqual(
        rowsOf(10)
          .map(({ id, stamp }) => [id, stamp])
          .sort(),
      );
    });

    it('computes the checksums of what it reads, where it can compute any', async () => {
      if (!connector.checksums) return;
      await harness.put([
        ...rowsOf(40),
        ...awkwardIds.map((id, n) => ({ ...row(id, stampAt(50 + n), n), name: `"${id}"\\n\ttab` })),
      ]);
      const checksums = await connector.checksums('things', live());
      if ('unable' in checksums) throw new Error(`Expected checksums, got none: ${checksums.unable}.`);
      const request = { salt: 'salt\u0000', digits: 1 };
      const expected = new Map<string, { records: number; checksum: bigint }>();
      const records = recordsOf(await pagesOf(connector, null));
      for (const { key, data } of records) {
        const bucket = hash('sha256', `${request.salt}${key}`, 'hex').slice(0, 1);
        const { records: count, checksum } = expected.get(bucket) ?? { records: 0, checksum: 0n };
        expected.set(bucket, { records: count + 1, checksum: checksum ^ textChecksum(stringify(data) ?? '') });
      }
      const found = new Map<string, { records: number; checksum: bigint }>();
      for await (const part of checksums.buckets(request)) {
        for (const { bucket, records: count, checksum } of part) {
          const before = found.get(bucket) ?? { records: 0, checksum: 0n };
          found.set(bucket, { records: before.records + count, checksum: before.checksum ^ checksum });
        }
      }
      expect(found).toEqual(expected);
      const [some = ''] = [...expected.keys()];
      const listed: [string, bigint][] = [];
      for await (const part of checksums.records(request, [some])) {
        listed.push(...part.map(({ key, checksum }): [string, bigint] => [key, checksum]));
      }
      expect(new Map(listed)).toEqual(
        new Map(
          records
            .filter(({ key }) => hash('sha256', `${request.salt}${key}`, 'hex').startsWith(some))
            .map(({ key, data }) => [key, textChecksum(stringify(data) ?? '')]),
        ),
      );
    });

    it('keeps every digit of decimals and of integers over 2^53', async () => {
      const exact = { ...row(idOf(1), stampAt(1), 1), amount: '1234567890123.4567', big: '1234567890123456789' };
      await harness.put([exact]);
      const [record] = recordsOf(await pagesOf(connector, null));
      expect(record && read(record)).toEqual({ name: exact.name, amount: exact.amount, big: exact.big });
    });

    if (awkwardIds.length > 0) {
      it('keeps keys that are hard to quote, and pages and reads by them', async () => {
        await harness.put(awkwardIds.map((id, n) => row(id, stampAt(1), n)));
        expect(new Set(keysOf(await pagesOf(connector, null)))).toEqual(new Set(awkwardIds));
        const records = await connector.readByKeys('things', awkwardIds, live());
        expect(new Set(records.map(({ key }) => key))).toEqual(new Set(awkwardIds));
      });
    }

    it('refuses a stream that is not configured, and names those that are', async () => {
      const error = await errorOf(() => pagesOf(connector, null, null, 'nothings'));
      expect(error).toMatchObject({ code: 'STREAM_UNKNOWN', message: expect.stringContaining('things') });
    });

    it('checks login, clock and streams, and finds nothing wrong', async () => {
      await harness.put(rowsOf(2));
      const results = await connector.check(live());
      expect(results.filter(({ ok }) => !ok)).toEqual([]);
      expect(results.length).toBeGreaterThanOrEqual(3);
    });

    it('discovers the fields of the stream', async () => {
      await harness.put(rowsOf(2));
      const streams = await connector.discover(live());
      expect(streams.some(({ fields }) => Object.keys(fields).length >= 5)).toBe(true);
    });

    it("tells the source's clock as an instant, or nothing", async () => {
      expect((await connector.now(live())) ?? '2025-01-01T00:00:00.000000Z').toMatch(INSTANT_PATTERN);
    });

    it('ends at once when the signal has been aborted', async () => {
      await harness.put(rowsOf(10));
      const stop = new AbortController();
      const error = await errorOf(async () => {
        for await (const _ of connector.pull('things', { since: null, resume: null }, stop.signal)) stop.abort();
      });
      expect(error).toMatchObject({ name: 'AbortError' });
    });

    const codes = {
      'wrong-password': 'SOURCE_UNAUTHORIZED',
      unreachable: 'SOURCE_UNREACHABLE',
      hang: 'SOURCE_UNREACHABLE',
      'broken-json': 'SOURCE_PROTOCOL',
      'login-page': 'SOURCE_PROTOCOL',
    } as const;

    for (const fault of faults) {
      it(`answers ${fault} with ${codes[fault]} that says what to do and holds no secret`, async () => {
        await harness.put(rowsOf(5));
        const faulty = harness.connect(fault);
        harness.fail(fault);
        const error = await errorOf(() => pagesOf(faulty, null));
        const results = await faulty.check(live());
        await faulty.close();
        expect(error).toBeInstanceOf(HubError);
        expect(error).toMatchObject({ code: codes[fault] });
        expect(results.some(({ ok }) => !ok)).toBe(true);
        const shown = `${inspect(error)} ${JSON.stringify(results)}`;
        expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
      });
    }

    if (faults.includes('hang')) {
      it('ends when the signal aborts while the source is silent', async () => {
        await harness.put(rowsOf(5));
        const quiet = harness.connect();
        harness.fail('hang');
        const error = await errorOf(() => pagesOf(quiet, null, null, 'things', AbortSignal.timeout(20)));
        await quiet.close();
        expect(error).toMatchObject({ name: 'TimeoutError' });
      });
    }
  });
}

/** The nth stamp: a minute apart, with microseconds that milliseconds cannot hold. */
export function stampAt(n: number): string {
  return `2025-03-01T${String(8 + Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:00.000000Z`;
}

function row(id: string, stamp: string, n: number): Row {
  return { id, stamp, name: `name ${n}`, amount: `${n}.5000`, big: `${9007199254740993n + BigInt(n)}` };
}

function live(): AbortSignal {
  return new AbortController().signal;
}

async function pagesOf(
  connector: Connector,
  since: string | null,
  resume: string | null = null,
  stream = 'things',
  signal = live(),
): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of connector.pull(stream, { since, resume }, signal)) pages.push(page);
  return pages;
}

function recordsOf(pages: Page[]): SourceRecord[] {
  return pages.flatMap(({ records }) => records);
}

function keysOf(pages: Page[]): string[] {
  return recordsOf(pages).map(({ key }) => key);
}

function fieldsOf({ data }: SourceRecord) {
  return { name: String(data.name), amount: String(data.amount), big: String(data.big) };
}

async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error, got none.');
}

/** Everything an error could show, causes included. */
function inspect(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack} ${JSON.stringify(error)} ${error.cause === undefined ? '' : inspect(error.cause)}`;
}
