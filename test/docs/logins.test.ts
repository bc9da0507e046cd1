import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { httpAuth } from '../../config/settings/http-settings.ts';

const page = readFileSync(new URL('../../docs/logins.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^### (.*?)\n.*?^```yaml\n(.*?)^```/gms)].map(
  ([, title = '', yaml = '']) => [title, yaml] as const,
);

describe('docs/logins.md', () => {
  it.each(examples)('has settings for %s that load', (_, yaml) => {
    const { auth, ...rest } = parse(yaml);
    expect(rest).toEqual({});
    expect(httpAuth.parse(auth)).toMatchObject({ type: auth.type });
  });

  it('names every setting of a login', () => {
    const names = [...keysOf(z.toJSONSchema(httpAuth, { io: 'input' }))];
    expect(names.length).toBeGreaterThan(20);
    const words = new Set(page.match(/[A-Za-z][A-Za-z0-9]*/g));
    expect(names.filter((name) => !words.has(name))).toEqual([]);
  });
});

/** All keys of maps anywhere in a JSON Schema. */
function* keysOf(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') yield* Object.keys(value);
    yield* keysOf(value);
  }
}
