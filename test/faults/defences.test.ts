import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { defences, defends } from '../../config/defences.ts';
import { withoutDefence } from './without-defence.ts';

const ROOMS = ['schema', 'config', 'connectors', 'cache', 'customer-360', 'sync-jobs', 'gateway', 'cli', 'demo'];
const root = join(import.meta.dirname, '../..');

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

  it('each act somewhere: in the hub itself, or where the harness hands it its parts', () => {
    const texts = sources([...ROOMS, 'test/faults']).filter(({ file }) => !file.endsWith('.test.ts'));
    const idle = Object.keys(defences).filter((name) => !texts.some(({ text }) => text.includes(`defends('${name}')`)));
    expect(idle).toEqual([]);
  });
});
