import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openCache } from '../../cache/database/open-cache.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { party, partyId } from '../customer-360/party-facts.ts';
import { putParty } from '../customer-360/party-table.ts';
import { runCli } from './run-cli.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'c360-identity-'));
const settings = path.join(folder, 'customer360.yaml');
const run = (...args: string[]) => runCli('identity', ...args, '--settings', settings);

beforeAll(async () => {
  const url = `sqlite:${path.join(folder, 'cache.db')}`;
  writeFileSync(settings, `database: { url: "${url}" }\nsources: {}\n`);
  const cache = await openCache({ url, poolSize: 1 });
  await putParty(cache, party('erp', '1', { displayName: 'Fox Textiles', phone: '+49 30 1234567', taxId: 'X1234' }));
  await putParty(cache, party('crm', '1', { displayName: 'Zenith Holding', phone: '+49 30 1234567', taxId: 'X1234' }));
  await resolveDirty({ cache, identity: hubSettings.parse({}).identity, priorities: {} });
  await cache.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('customer360 identity', () => {
  it('lists what waits and explains it; says what it expected where a party or customer is none', async () => {
    const [queue, explained, wrong] = await Promise.all([
      run('queue'),
      run('explain', 'erp:party:1', partyId('crm', '1')),
      run('merge', 'erp:party:1', 'crm:party:1'),
    ]);
    expect([queue.code, queue.out]).toEqual([0, expect.stringMatching(/DOUBTFUL.*\n1 of 1 pairs\.\n$/)]);
    expect(explained.out).toMatch(/^prior .* built-in model$/m);
    expect(explained.out).toMatch(/^phone +same +\+\d+\.\d/m);
    expect(explained.out).toMatch(/ bits, probability .*: doubtful; contradicted by different company names\n$/);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("Expected a customer's id (a UUIDv7)")]);
  }, 120_000);

  it('settles it, with a dry run before and an audit after', async () => {
    const tried = await run('confirm', 'erp:party:1', 'crm:party:1', '--dry-run');
    expect([tried.code, tried.out]).toEqual([0, expect.stringMatching(/1 party would move\. Nothing was kept\.\n$/)]);
    const done = await run('confirm', 'erp:party:1', 'crm:party:1', '--reason', 'one house');
    expect(done.out).toMatch(/1 party moved\. Audit: [0-9a-f-]{36}\n$/);
    expect((await run('actions')).out).toMatch(/^\S+ {2}\S+ {2}CONFIRM {2}cli:\S+ {2}one house\n$/);
    const withdrawn = await run('withdraw', 'crm:party:1', 'erp:party:1');
    expect(withdrawn.out).toMatch(/1 party moved\. Audit: [0-9a-f-]{36}\n$/);
    expect((await run('withdraw', 'crm:party:1', 'erp:party:1')).err).toContain('IDENTITY_NOT_DECIDED');
  }, 120_000);
});
