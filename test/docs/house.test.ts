import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const rooms = ['schema', 'config', 'connectors', 'cache', 'customer-360', 'sync-jobs', 'gateway', 'cli'];
const files = execFileSync('git', ['ls-files', ...rooms], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');
const code = files.filter((file) => existsSync(join(root, file)) && !file.endsWith('.md'));

/** Code files by folder. */
const folders = new Map<string, number>();
for (const file of code) folders.set(dirname(file), (folders.get(dirname(file)) ?? 0) + 1);

/** One file a migration, and one statement file a database: their number only grows. */
const growing = /^cache\/schema\/migrations$/;

describe('the folders of the code', () => {
  it('hold at most twenty files each, migrations aside', () => {
    const crowded = [...folders].filter(([folder, count]) => count > 20 && !growing.test(folder));
    expect(crowded).toEqual([]);
  });

  it('say in a README what they are for, from five files on', () => {
    const told = (folder: string) => existsSync(join(root, folder, 'README.md'));
    const own = [...folders].filter(([folder, count]) => count >= 5 && !growing.test(folder) && !exempt.has(folder));
    expect(own.map(([folder]) => folder).filter((folder) => !told(folder))).toEqual([]);
  });

  it('hold no two files of one name within a room, but for what every kind or domain has', () => {
    const names = new Map<string, string[]>();
    for (const file of code.filter((one) => one.endsWith('.ts') && !alike.test(one))) {
      const name = `${file.split('/')[0]}: ${file.slice(file.lastIndexOf('/') + 1)}`;
      names.set(name, [...(names.get(name) ?? []), file]);
    }
    expect([...names.values()].filter((places) => places.length > 1)).toEqual([]);
  });
});

/** Explained where their only users are. */
const exempt = new Set([
  'cache/schema/tables',
  'cli/terminal',
  'connectors/json-rpc/tryton',
  'gateway/graphiql/examples',
]);
/** Folders of one shape: kinds of sources, commands, domains of the graph. */
const alike = /^(connectors|cli\/commands|gateway\/resolvers\/domains)\//;
