import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';

const run = (...options: string[]) => spawn(process.execPath, ['--import', 'tsx', 'demo/main.ts', ...options]);

/** Leaves the stream open: a program whose output nobody takes any more would end. */
async function textUntil(stream: Readable, isEnough: (text: string) => boolean): Promise<string> {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (isEnough(text)) break;
  }
  return text;
}

describe('the program of the demo sources', () => {
  it('runs one of them, says how to reach it, and ends when told to', async () => {
    const child = run('--only', 'scm', '--port', '0', '--scale', '0.01', '--every', '50');
    const told = await textUntil(child.stdout, (text) => text.includes('DEMO_SCM_TOKEN'));
    const [, url = ''] = /DEMO_SCM_URL=(\S+)/.exec(told) ?? [];
    const [, token = ''] = /DEMO_SCM_TOKEN=(\S+)/.exec(told) ?? [];
    const answer = await fetch(`${url}/v1/shipments?limit=3`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect(told).not.toContain('DEMO_ERP_URL');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('says what an option should have been', async () => {
    const child = run('--only', 'mes');
    const ended = once(child, 'exit');
    expect(await textUntil(child.stderr, (text) => text.includes('\n'))).toBe(
      "--only expects some of erp, scm, crm, finance, got 'mes'.\n",
    );
    expect(await ended).toEqual([1, null]);
  });
});
