import { describe, expect, it } from '@jest/globals';
import { HubError } from '../../config/errors.ts';
import { createLog, type Log, type LogOptions } from '../../config/observability/log.ts';

describe('the log', () => {
  it('writes one JSON line with level, time, message and fields', () => {
    const lines = logged((log) => log.warn({ system: 'erp' }, 'The source is down'));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'warn', time: expect.stringMatching(/^\d{4}-.*Z$/), system: 'erp', msg: 'The source is down' },
    ]);
  });

  it('shows no secrets: not under their keys, not in URLs, errors or authorization values', () => {
    const text = logged((log) => {
      const fields = { password: 'hunter2', nested: { apiKey: 'hunter2', list: [{ access_token: 'hunter2' }] } };
      log.info(fields, 'Connecting to mysql://root:hunter2@db/x');
      log.error(
        { err: new Error('GET https://u:hunter2@crm/ failed', { cause: new Error('Bearer hunter2hunter2') }) },
        'No',
      );
      log.child({ secret: 'hunter2' }).info({ headers: { authorization: 'hunter2' } }, 'Basic aHVudGVyMg==');
    }).join('');
    expect(text).not.toMatch(/hunter2|aHVudGVy/);
    expect(text).toContain('mysql://[redacted]@db/x');
  });

  it('keeps what only looks like a secret: keys of records and fencing tokens', () => {
    const lines = logged((log) => log.info({ key: '10248', leaseToken: 7 }, 'Saved'));
    expect(JSON.parse(lines.join(''))).toMatchObject({ key: '10248', leaseToken: 7 });
  });

  it('shows an expected error by its code and without a stack, an unexpected one with it', () => {
    const cause = new Error('ECONNREFUSED');
    const expected = new HubError('SOURCE_UNREACHABLE', 'The ERP does not answer.', { source: 'erp', cause });
    const lines = logged((log) => {
      log.warn({ err: expected }, 'Sync failed');
      log.error({ err: new TypeError('x is not a function') }, 'Sync failed');
    }).map((line) => JSON.parse(line));
    expect(lines[0].err).toEqual({
      code: 'SOURCE_UNREACHABLE',
      message: 'The ERP does not answer.',
      source: 'erp',
      cause: 'Error: ECONNREFUSED',
    });
    expect(lines[1].err).toMatchObject({ type: 'TypeError', stack: expect.stringContaining('log.test.ts') });
  });

  it('is quiet below its level', () => {
    expect(logged((log) => log.info('Hello'), { level: 'warn' })).toEqual([]);
    expect(logged((log) => log.error('Hello'), { level: 'silent' })).toEqual([]);
  });

  it('is readable for people on a terminal', () => {
    const lines = logged((log) => log.warn({ system: 'erp', rows: 3 }, 'The source is down'), { pretty: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters
    const plain = lines.join('').replaceAll(/\u001b\[\d+m/g, '');
    expect(plain).toMatch(/^\d\d:\d\d:\d\d WARN The source is down {2}system=erp rows=3\n$/);
  });
});

function logged(act: (log: Log) => void, options: Partial<LogOptions> = {}): string[] {
  const lines: string[] = [];
  act(createLog({ level: 'info', destination: { write: (line) => void lines.push(line) }, ...options }));
  return lines;
}
