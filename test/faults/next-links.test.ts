import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import type { Loopback } from '../connectors/loopback.ts';
import {
  type PagedOrdersOptions,
  pagedOrdersSettings,
  spellingNames,
  spellings,
  startPagedOrders,
} from '../connectors/paged-orders.ts';
import { databases } from '../setup/databases.ts';
import { fault } from './fault.ts';
import { type StreamUnderTest, streamUnderTest } from './stream-under-test.ts';

describe.each(databases)('the next link of a source, on $name', (database) => {
  let cache: Cache;
  let server: Loopback;
  let stream: StreamUnderTest;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  afterEach(async () => {
    await stream.connector.close();
    await server.stop();
  });

  async function open(options: Partial<PagedOrdersOptions>, source: object = {}) {
    await stream?.connector.close();
    await server?.stop();
    count += 1;
    const all = { spelling: spellings['version 4.0'], orders: 7, lines: 4, pageSize: 3, uncounted: true, ...options };
    server = await startPagedOrders(all);
    const settings = pagedOrdersSettings(server.origin, all.spelling, { paging: 'links' });
    stream = streamUnderTest(cache, `erp${count}`, { ...settings, ...source });
  }

  const orders = async () => Object.keys(await stream.rows()).filter((key) => !key.includes('/')).length;
  const lines = async () => Object.keys(await stream.rows()).filter((key) => key.includes('/')).length;

  for (const name of spellingNames.filter((one) => /light|4\.01/.test(one))) {
    fault(41, `is followed in the spelling of ${name}`, 'spellings of links', async () => {
      await open({ spelling: spellings[name] });
      await stream.sync();
      expect(await orders()).toBe(7);
      expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
    });
  }

  it("FAULTS 41: is followed with the backend's own host and path, lists inside records included", async () => {
    const link = (own: string) => `http://backend.invalid:8080/internal/api/${own}`;
    await open({ link }, { rewriteLinks: [{ from: '/internal/api', to: '/svc' }] });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect([await orders(), await lines()]).toEqual([7, 28]);
  });

  it("FAULTS 41: fails the pass when it leads nowhere, and the error says that it is the source's", async () => {
    await open({ lines: 1, link: (own) => `/internal/api/${own}` });
    expect(await stream.sync()).toMatchObject({
      outcome: 'FAILED',
      error: { message: expect.stringMatching(/from the source's own link .*rewriteLinks/) },
    });
  });
});
