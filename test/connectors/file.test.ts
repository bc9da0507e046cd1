import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { connectorContract, type Harness, type Row } from './contract.ts';

for (const format of ['csv', 'jsonl'] as const) {
  for (const mode of ['full', 'changes'] as const) {
    connectorContract(`file, ${mode} of ${format}`, {
      start: async () => startFolder(format, mode),
      faults: ['unreachable', 'broken-json', 'login-page'],
      secrets: [],
      inKeyOrder: true,
    });
  }
}

/** A folder in which every change of the rows drops a new file with all of them, in the order of their keys. */
function startFolder(format: 'csv' | 'jsonl', mode: 'full' | 'changes'): Harness {
  const folder = mkdtempSync(join(tmpdir(), 'c360-file-'));
  const rows = new Map<string, Row>();
  let dropped = 0;

  function drop(): void {
    // A file of changes cannot take back what another said: there is only one.
    if (mode === 'changes') for (const name of readdirSync(folder)) rmSync(join(folder, name));
    const sorted = [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    dropped += 1;
    writeFileSync(join(folder, `things-${dropped}.${format}`), format === 'csv' ? csvOf(sorted) : jsonOf(sorted));
  }

  const newest = () => join(folder, `things-${dropped}.${format}`);

  drop();
  return {
    connect: (fault) =>
      connect({
        system: 'drop',
        settings: sourceSchema.parse({
          kind: 'file',
          folder: fault === 'unreachable' ? join(folder, 'not-there') : folder,
          settle: '0s',
          pageSize: 3,
          streams: {
            things: {
              resource: `things-*.${format}`,
              mode,
              format,
              sequence: '-(\\d+)\\.',
              key: 'id',
              cursor: { field: 'changed' },
              deletes: 'none',
              records: [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }],
            },
          },
        }),
      }),
    async put(added) {
      for (const row of added) rows.set(row.id, row);
      drop();
    },
    async remove(id) {
      rows.delete(id);
      drop();
    },
    async clear() {
      rows.clear();
      drop();
    },
    fail(fault) {
      if (fault === 'broken-json') truncateSync(newest(), readFileSync(newest()).length - 30);
      if (fault === 'login-page') writeFileSync(newest(), '<!DOCTYPE html>\n<html><body>Please log in</body></html>\n');
    },
    async stop() {
      rmSync(folder, { recursive: true });
    },
  };
}

function csvOf(rows: readonly Row[]): string {
  const lines = rows.map(({ id, stamp, name, amount, big }) => [id, stamp, name, amount, big].map(quoted).join(','));
  return `${['id,changed,name,amount,big', ...lines].join('\r\n')}\r\n`;
}

function quoted(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function jsonOf(rows: readonly Row[]): string {
  return rows
    .map(
      ({ id, stamp, name, amount, big }) =>
        `{"id":${JSON.stringify(id)},"changed":"${stamp}","name":${JSON.stringify(name)},"amount":${amount},"big":${big}}\n`,
    )
    .join('');
}
