import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../../cache/database/database.ts';
import { streamSettings } from '../../../config/settings/settings.ts';
import { reasonWithoutValues } from '../../../gateway/access/message-without-values.ts';
import { createViewer } from '../../../gateway/access/viewer.ts';
import { databases } from '../../setup/databases.ts';
import { type GraphUnderTest, graphUnderTest } from '../graph-under-test.ts';

const message = 'party.birthDate: expected a date or time in ISO 8601, got "Ada Kern, 5 May, mobile 0171 7788991"';
const error = `Expected erp to answer, got Incorrect date value: 'Ada Kern' for "Ada \\"A\\" Kern" of ada@kern.example (ER_1).`;

describe.each(databases)('messages about records on $name', (database) => {
  let cache: Cache;
  let graph: GraphUnderTest;

  beforeAll(async () => {
    cache = await database.open();
    const at = cache.dialect === 'mysql' ? '2026-03-01 10:00:00' : '2026-03-01T10:00:00.000000Z';
    const id = '01890000-0000-8000-8000-000000000001';
    await cache.execute(
      `INSERT INTO quarantine (id, \`system\`, stream, source_key, run_id, code, message, raw, first_seen_at, last_seen_at)
       VALUES (?, 'erp', 'parties', '7', ?, 'RECORD_INVALID', ?, '{}', ?, ?)`,
      [id, id, message, at, at],
    );
    await cache.execute(
      `INSERT INTO sync_runs (id, \`system\`, stream, mode, outcome, started_at, error_code, error_message)
       VALUES (?, 'erp', 'parties', 'FULL', 'FAILED', ?, 'SOURCE_PROTOCOL', ?)`,
      [id, at, error],
    );
    await cache.execute(
      `INSERT INTO stream_states (\`system\`, stream, last_attempt_at, last_outcome, last_error_code, last_error_message, failures)
       VALUES ('erp', 'parties', ?, 'FAILED', 'SOURCE_PROTOCOL', ?, 1)`,
      [at, error],
    );
    graph = graphUnderTest(
      cache,
      {},
      { parties: streamSettings.parse({ resource: 'parties', key: 'id', records: [{ entity: 'party', fields: {} }] }) },
    );
  });
  afterAll(() => database.drop());

  const query = `{ quarantine { nodes { message } } syncRuns { nodes { errorMessage } }
    sources { freshness { error } streams { lastErrorMessage } } }`;
  const ask = async (scopes: string[]) => {
    const viewer = createViewer({ name: 'operator', scopes, claims: {} });
    const context = graph.graph.createContext(viewer);
    const { data, errors } = await graph.graph.execute({ query, context });
    expect(errors).toBeUndefined();
    return {
      text: JSON.stringify(data),
      data,
      context,
      freshness: JSON.stringify(await context.freshness.extension(viewer)),
    };
  };

  it('hold no value of a record for a login without pii:read', async () => {
    const { text, data, context, freshness } = await ask(['sync:operate']);
    expect(`${text} ${freshness}`).not.toMatch(/Ada|Kern|kern|7788991/);
    expect(data).toMatchObject({
      quarantine: {
        nodes: [
          {
            message:
              'party.birthDate: expected a date or time in ISO 8601, got a value that is shown to logins with pii:read',
          },
        ],
      },
      syncRuns: {
        nodes: [{ errorMessage: `Expected erp to answer, got Incorrect date value: '…' for "…" of … (ER_1).` }],
      },
    });
    expect(context.personal.size).toBe(0);
  });

  it('are whole for a login with it, and that is noted', async () => {
    const { data, context } = await ask(['sync:operate', 'pii:read']);
    expect(data).toMatchObject({
      quarantine: { nodes: [{ message }] },
      syncRuns: { nodes: [{ errorMessage: error }] },
    });
    expect([...context.personal]).toEqual(['01890000-0000-8000-8000-000000000001']);
  });
});

describe('the reason of a record in quarantine without its values', () => {
  it.each([
    ['order.totalAmount: expected a value, got nothing', true],
    ['lines: expected a list, got a list of 3', true],
    ['people.csv, line 7: expected 3 columns (a, b, c), got 4', false],
    ['order.orderedQty: expected a decimal such as 1234.50, got 19800230', false],
    ['party.taxId: expected the expression $x to have a value, got "Unable to cast \\"Ada\\""', false],
  ])('tells what was expected: %s', (text, isWhole) => {
    const shown = reasonWithoutValues('RECORD_INVALID', text);
    expect(shown.startsWith(text.slice(0, text.indexOf(', got')))).toBe(true);
    expect(shown === text).toBe(isWhole);
  });

  it.each([
    'Invalid Opening Quote: a quote is found on field 1 at line 2, value is "Ada Kern"',
    'Ada Kern: expected a date, got "x"',
    'a quote is opened and never closed',
    'something that came later: Ada Kern',
  ])('is not shown where it is not known to be free of them: %s', (text) => {
    const shown = reasonWithoutValues('RECORD_INVALID', text);
    expect(shown).not.toMatch(/Ada/);
    expect(shown).toMatch(/does not fit .* pii:read/);
  });

  it('is whole where it names fields and types', () => {
    const text = 'The shape of the records has changed: email is new (text).';
    expect(reasonWithoutValues('SCHEMA_DRIFT', text)).toBe(text);
  });
});
