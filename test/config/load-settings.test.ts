// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment look like templates
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { HubError } from '../../config/errors.ts';
import { loadSettings } from '../../config/settings/load-settings.ts';
import { sourceSettings, streamSettings } from '../../config/settings/settings.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const streams = z.record(z.string(), streamSettings);
const sourceSchema = z.discriminatedUnion('kind', [
  sourceSettings.extend({
    kind: z.literal('web'),
    url: z.string(),
    auth: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('basic'), username: z.string(), password: z.string() }),
        z.strictObject({ type: z.literal('bearer'), token: z.string() }),
      ])
      .optional(),
    streams,
  }),
  sourceSettings.extend({ kind: z.literal('table'), url: z.string(), streams }),
]);

const minimal = 'sources: {}\n';
const orders = `
streams:
  orders:
    resource: Orders
    key: id
    cursor: { field: changed, lookback: 5m }
    records:
      - entity: order
        fields: { partyId: customer, status: { path: state, enum: { "1": DRAFT } } }
      - entity: contactPoint
        fields: { raw: mail }
      - entity: contactPoint
        fields: { raw: phone }
  parties:
    resource: Parties
    key: id
    records: [{ entity: party, fields: { displayName: name } }]
`;

const bomb = Array.from(
  { length: 12 },
  (_, i) =>
    `a${i}: &a${i} [${Array(9)
      .fill(i === 0 ? '1' : `*a${i - 1}`)
      .join(', ')}]`,
).join('\n');

function load(
  text: string,
  { env = {}, presets = {} }: { env?: Record<string, string>; presets?: Record<string, string> } = {},
) {
  const own = mkdtempSync(path.join(folder, 'case-'));
  const presetsFolder = path.join(own, 'presets');
  mkdirSync(presetsFolder);
  for (const [name, preset] of Object.entries(presets)) writeFileSync(path.join(presetsFolder, `${name}.yaml`), preset);
  const file = path.join(own, 'customer360.yaml');
  writeFileSync(file, text);
  return loadSettings({ file, env, sourceSchema, presetsFolder });
}

/** The error's code, and its lines with the folder cut off. */
function refusal(...parameters: Parameters<typeof load>): { code: string; lines: string[] } {
  try {
    load(...parameters);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const lines = error.message.replaceAll(/\/\S*\/(?=customer360\.yaml)/g, '').split('\n');
    return { code: error.code, lines: lines.map((line) => line.trim()) };
  }
  throw new Error('Expected the settings to be refused, but they were taken.');
}

describe('settings', () => {
  it('have defaults for all but the sources, and cannot be changed', () => {
    const settings = load(minimal);
    expect(settings.gateway).toMatchObject({ host: '127.0.0.1', port: 4000, allowUnauthenticatedNetwork: false });
    expect(settings.database.url).toBe('sqlite:./customer360.db');
    expect(() => Object.assign(settings.gateway, { port: 1 })).toThrow(TypeError);
    expect(Object.isFrozen(settings.sources)).toBe(true);
  });

  it('read YAML anchors, merges and number-like keys as written', () => {
    const settings = load(`
sources:
  erp: &erp
    kind: table
    url: a
    streams:
      orders:
        resource: o
        key: id
        records: [{ entity: order, fields: { status: { path: s, enum: { 00: DRAFT, 7: DONE } } } }]
  old:
    <<: *erp
    url: b
`);
    expect(settings.sources.old).toMatchObject({ kind: 'table', url: 'b' });
    const record = settings.sources.old?.streams.orders?.records[0];
    expect(record?.fields.status).toMatchObject({ enum: { '00': 'DRAFT', '7': 'DONE' } });
  });
});

describe('what is wrong is named with line and column', () => {
  it('a file that is not there', () => {
    const missing = path.join(folder, 'none.yaml');
    expect(() => loadSettings({ file: missing, env: {}, sourceSchema, presetsFolder: folder })).toThrow(
      /none.yaml does not exist/,
    );
  });

  it.each([
    ['an empty file', '', 'customer360.yaml:1:1: expected a map of settings with at least "sources:"'],
    ['broken YAML', 'sources:\n  erp: [1, 2\n', 'customer360.yaml:3:1: not valid YAML'],
    [
      'a reference without quotes in braces',
      `gateway: { port: \${PORT} }\n${minimal}`,
      'Inside { } and [ ], a value with "$" needs quotes.',
    ],
    ['a key twice', 'sources: {}\nsources: {}\n', 'customer360.yaml:2:1: not valid YAML: Map keys must be unique'],
    ['no sources', 'gateway: {}\n', 'customer360.yaml:1:1 sources: expected a map, got nothing.'],
    [
      'a mistyped key',
      `gatewy: {}\n${minimal}`,
      'customer360.yaml:1:1 gatewy: unknown key "gatewy". Did you mean "gateway"?',
    ],
    [
      'a wrong type',
      `gateway:\n  port: many\n${minimal}`,
      'customer360.yaml:2:9 gateway.port: expected a number, got "many".',
    ],
    [
      'a number out of bounds',
      `gateway:\n  port: 70000\n${minimal}`,
      'customer360.yaml:2:9 gateway.port: expected a number of at most 65535, got 70000.',
    ],
    [
      'a word that is not in the list',
      `log: { level: inf }\n${minimal}`,
      'customer360.yaml:1:15 log.level: expected one of debug, info, warn, error, silent, got "inf". Did you mean "info"?',
    ],
    [
      'a kind that is not there',
      'sources:\n  erp:\n    kind: tabel\n',
      'customer360.yaml:3:11 sources.erp.kind: expected one of web, table, got "tabel". Did you mean "table"?',
    ],
    [
      'a duration without a unit',
      `gateway: { timeout: 20 }\n${minimal}`,
      'customer360.yaml:1:21 gateway.timeout: expected text, got 20.',
    ],
    [
      'a cron expression',
      'sources:\n  erp: { kind: table, url: x, streams: {}, schedule: "every day" }\n',
      'expected a cron expression such as "*/5 * * * *" (UTC), got "every day"',
    ],
    [
      'a source name',
      'sources:\n  ERP: { kind: table, url: x, streams: {} }\n',
      'customer360.yaml:2:3 sources.ERP: expected a name of',
    ],
    [
      'an open address',
      `gateway: { host: 0.0.0.0 }\n${minimal}`,
      'customer360.yaml:1:18 gateway.host: everybody who reaches',
    ],
  ])('%s', (_what, text, expected) => {
    const { code, lines } = refusal(text);
    expect(lines).toEqual([expect.stringContaining(expected)]);
    expect(code).toBe('SETTINGS_INVALID');
  });

  it('all of it at once, in the order of the file', () => {
    const { lines } = refusal(`
gateway:
  prot: 1
sources:
  erp:
    kind: table
    streams:
      orders:
        resource: Orders
        key: id
        cursor: { feild: changed, type: instnt }
        records:
          - entity: order
            fields: { partyId: { paht: customer }, currency: [EUR] }
`);
    expect(lines).toEqual([
      '7 problems:',
      'customer360.yaml:3:3 gateway.prot: unknown key "prot". Did you mean "port"?',
      'customer360.yaml:5:3 sources.erp.url: expected text, got nothing.',
      'customer360.yaml:11:9 sources.erp.streams.orders.cursor.field: expected text or a list, got nothing.',
      'customer360.yaml:11:19 sources.erp.streams.orders.cursor.feild: unknown key "feild". Did you mean "field"?',
      expect.stringMatching(
        /^customer360.yaml:11:41 sources.erp.streams.orders.cursor.type: .* Did you mean "instant"\?$/,
      ),
      'customer360.yaml:14:34 sources.erp.streams.orders.records.0.fields.partyId.paht: unknown key "paht". Did you mean "path"?',
      'customer360.yaml:14:52 sources.erp.streams.orders.records.0.fields.currency: expected text or a map, got a list.',
    ]);
  });

  it('each on a line of its own, though the value goes over several', () => {
    const { lines } = refusal(`
gateway:
  port: |
    one
    two
  "pro\\nxy": 1
sources: {}
`);
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(/^\d problems:$/),
      'customer360.yaml:3:9 gateway.port: expected a number, got "one\u23cetwo\u23ce".',
      expect.stringContaining('customer360.yaml:6:3 gateway.pro\u23cexy: unknown key'),
    ]);
  });

  it('but never with a secret', () => {
    const { lines } = refusal(
      `sources:
  erp: { kind: web, url: [x], auth: { type: basic, username: u, password: 12345 }, streams: {} }
database: { url: "postgres://root:hunter2@db/x" }
gateway: { port: "\${PORT}" }
`,
      { env: { PORT: 'tops3cret' } },
    );
    expect(lines.join('\n')).not.toMatch(/12345|hunter2|tops3cret/);
    expect(lines).toHaveLength(5);
  });

  it.each([
    ['unfolds without end', `${bomb}\n${minimal}`, 'use fewer aliases'],
    ['holds itself', `log: &log { level: *log }\n${minimal}`, 'more than 100 deep'],
    ['names an anchor that is not there', `log: *lgo\n${minimal}`, '1:6: *lgo names no anchor'],
    ['has a number that numbers cannot hold', `log: { level: 12345678901234567890 }\n${minimal}`, '1:15: 1234'],
  ])('and a document that %s is refused', (_what, text, expected) => {
    expect(refusal(text).lines).toEqual([expect.stringContaining(expected)]);
  });
});

describe('the environment', () => {
  const source = (url: string) => `sources:\n  erp: { kind: table, streams: {}, url: "${url}" }\n`;

  it('fills references in text, with defaults for what is not set or empty', () => {
    const env = { HOST: 'db', EMPTY: '' };
    expect(load(source('mysql://${HOST}:${PORT:-3306}/${EMPTY:-x}'), { env }).sources.erp).toMatchObject({
      url: 'mysql://db:3306/x',
    });
  });

  it('reads numbers and flags where they are expected, and leaves text text', () => {
    const text = `gateway: { port: "\${PORT}", graphiql: "\${UI}" }\n${source('${PASS}')}`;
    const settings = load(text, { env: { PORT: '4711', UI: 'false', PASS: '007' } });
    expect(settings.gateway).toMatchObject({ port: 4711, graphiql: false });
    expect(settings.sources.erp).toMatchObject({ url: '007' });
  });

  it('says which variables are missing, and where', () => {
    const { code, lines } = refusal(`${source('${ERP_URL}')}database: { url: "sqlite:\${DB}" }\n`, {
      env: { ERP_ULR: 'x' },
    });
    expect(code).toBe('SECRET_MISSING');
    expect(lines).toEqual([
      '2 problems:',
      'customer360.yaml:2:41 sources.erp.url: the environment variable ERP_URL is not set. Set it, or write ${ERP_URL:-default}. Did you mean "ERP_ULR"?',
      'customer360.yaml:3:18 database.url: the environment variable DB is not set. Set it, or write ${DB:-default}.',
    ]);
  });

  it('is not looked at in comments and keys, nor behind $$', () => {
    expect(load(`# \${NOT_SET}\n${source('$${NOT_SET}')}`).sources.erp).toMatchObject({ url: '${NOT_SET}' });
  });

  it('refuses a reference that is none', () => {
    expect(refusal(source('${NOT SET}')).lines).toEqual([
      expect.stringContaining('customer360.yaml:2:41 sources.erp.url:'),
    ]);
  });
});

describe('presets', () => {
  const presets = { shop: `kind: web\nauth: { type: basic, username: reader, password: "\${PW}" }\n${orders}` };
  const env = { PW: 'x' };
  const shop = (own: string) =>
    load(`sources:\n  shop:\n    preset: shop\n    url: http://shop\n${own}`, { presets, env }).sources.shop;

  it('bring everything that is not said', () => {
    const source = shop('');
    expect(Object.keys(source?.streams ?? {})).toEqual(['orders', 'parties']);
    expect(source).toMatchObject({ kind: 'web', url: 'http://shop', auth: { username: 'reader' } });
    expect(source).not.toHaveProperty('preset');
  });

  it('lie under what is said, key by key', () => {
    const source = shop('    streams: { orders: { cursor: { lookback: 1h } } }\n');
    expect(source?.streams.orders?.cursor).toMatchObject({ field: 'changed', lookback: 3_600_000 });
  });

  it('lose a stream or a field that is set to nothing', () => {
    const source = shop(
      '    streams: { parties: null, orders: { records: [{ entity: order, fields: { partyId: null } }] } }\n',
    );
    expect(Object.keys(source?.streams ?? {})).toEqual(['orders']);
    expect(Object.keys(source?.streams.orders?.records[0]?.fields ?? {})).toEqual(['status']);
    expect(Object.keys(shop('    streams: { orders: false }\n')?.streams ?? {})).toEqual(['parties']);
  });

  it('have records merged by entity, fields replaced whole, and new records added', () => {
    const source = shop(`    streams:
      orders:
        records:
          - { entity: order, fields: { status: { const: DONE } } }
          - { entity: contactPoint, fields: { raw: email } }
          - { entity: note, fields: { text: t } }
`);
    expect(source?.streams.orders?.records).toEqual([
      { entity: 'order', fields: { partyId: 'customer', status: { const: 'DONE' } } },
      { entity: 'contactPoint', fields: { raw: 'email' } },
      { entity: 'contactPoint', fields: { raw: 'phone' } },
      { entity: 'note', fields: { text: 't' } },
    ]);
  });

  it('give way whole to a map of another type', () => {
    expect(shop('    auth: { type: bearer, token: t }\n')).toMatchObject({ auth: { type: 'bearer', token: 't' } });
    expect(shop('    auth: { password: other }\n')).toMatchObject({ auth: { username: 'reader', password: 'other' } });
  });

  it('that are not there are named, with those that are', () => {
    expect(refusal('sources:\n  shop:\n    preset: shopp\n', { presets }).lines).toEqual([
      'customer360.yaml:3:13 sources.shop.preset: expected the name of a preset (there are shop), got "shopp". Did you mean "shop"?',
    ]);
  });

  it('cannot be files from elsewhere', () => {
    expect(refusal('sources:\n  shop:\n    preset: ../customer360\n', { presets }).code).toBe('SETTINGS_INVALID');
  });

  it('with a mistake of their own are named themselves', () => {
    const { lines } = refusal('sources:\n  shop:\n    preset: bad\n    url: x\n', {
      presets: { bad: 'kind: web\nstreams:\n  a: { resource: r, kee: id, records: [] }\n' },
    });
    expect(lines).toContain('preset bad.yaml:3:21 sources.shop.streams.a.kee: unknown key "kee". Did you mean "key"?');
  });
});
