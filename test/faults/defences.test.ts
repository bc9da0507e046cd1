import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { defences, defends } from '../../config/defences.ts';
import { withoutDefence } from './without-defence.ts';

const ROOMS = ['schema', 'config', 'connectors', 'cache', 'customer-360', 'sync-jobs', 'gateway', 'cli', 'demo'];
const root = join(import.meta.dirname, '../..');
const docs = readFileSync(join(root, 'docs/faults.md'), 'utf8');

function sources(rooms: readonly string[]): { file: string; text: string }[] {
  return rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({ file: `${room}/${file}`, text: readFileSync(join(root, room, file), 'utf8') })),
  );
}

describe('the defences', () => {
  it('are all up, and one is down only while a test does without it', async () => {
    expect(defends('fence')).toBe(true);
    await withoutDefence('fence', async () => {
      expect(defends('fence')).toBe(false);
      expect(defends('newest wins')).toBe(true);
    });
    expect(defends('fence')).toBe(true);
  });

  it('are taken away nowhere outside the tests', () => {
    const takers = sources(ROOMS).filter(({ file, text }) => file !== 'config/defences.ts' && /takeAway/.test(text));
    expect(takers.map(({ file }) => file)).toEqual([]);
  });

  it('are named in docs/faults.md with the rows they hold, as are the tests', () => {
    const rows = [...docs.matchAll(/^\| (\d+) +\|[^|]*\|[^|]*\|([^|]*)\|([^|]*)\|$/gm)].map(([, row, files, held]) => ({
      row: Number(row),
      files: [...(files ?? '').matchAll(/`([^`]+)`/g)].map(([, file]) => `test/${file}.test.ts`),
      held: (held ?? '').split(',').map((name) => name.trim()),
    }));
    for (const { row, files, held } of rows) {
      const named = Object.entries(defences).filter(([, { rows: holds }]) =>
        (holds as readonly number[]).includes(row),
      );
      expect({ row, held }).toEqual({ row, held: named.length > 0 ? named.map(([name]) => name) : ['–'] });
      const test = new RegExp(`FAULTS ${row}\\b|\\bfault\\(\\s*${row},`);
      expect({ row, isTested: files.length > 0 }).toEqual({ row, isTested: true });
      const without = files.filter((file) => !test.test(readFileSync(join(root, file), 'utf8')));
      expect({ row, without }).toEqual({ row, without: [] });
    }
    expect(rows.length).toBeGreaterThan(30);
  });

  it('are each taken away by a test', () => {
    const texts = sources(['test/faults']).filter(
      ({ file }) => file.endsWith('.test.ts') && file !== 'test/faults/defences.test.ts',
    );
    const kept = Object.keys(defences).filter((name) => !texts.some(({ text }) => text.includes(`'${name}'`)));
    expect(kept).toEqual([]);
  });

  it('each act somewhere: in the hub itself, or where the harness hands it its parts', () => {
    const texts = sources([...ROOMS, 'test/faults']).filter(({ file }) => !file.endsWith('.test.ts'));
    const idle = Object.keys(defences).filter((name) => !texts.some(({ text }) => text.includes(`defends('${name}')`)));
    expect(idle).toEqual([]);
  });
});
