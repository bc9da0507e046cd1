import { describe, expect, it } from '@jest/globals';
import { judgeServer, type ServerSettings } from '../../cache/database/mysql-server.ts';

const fine: ServerSettings = {
  version: '10.11.8-MariaDB',
  isMariaDb: true,
  maxAllowedPacket: 16_777_216,
  waitTimeout: 28_800,
  lockWaitTimeout: 50,
  statementTimeout: null,
  idleTransactionTimeout: null,
  userConnections: null,
  connections: 151,
  readOnly: false,
  logsStatements: false,
};

describe('the settings of a cache server', () => {
  it('as MariaDB and MySQL bring them are fine', () => {
    expect(judgeServer(fine, 8)).toEqual([]);
    const mysql = { version: '8.4.3', isMariaDb: false, maxAllowedPacket: 67_108_864 };
    expect(judgeServer({ ...fine, ...mysql }, 8)).toEqual([]);
  });

  it.each<[Partial<ServerSettings>, string, 'fatal' | 'warning', RegExp]>([
    [{ maxAllowedPacket: 131_072 }, 'max_allowed_packet', 'fatal', /at least 256 KB.*got 128 KB.*=16M/],
    [{ maxAllowedPacket: 1_048_576 }, 'max_allowed_packet', 'warning', /is 1 MB.*quarantine.*=16M/],
    [{ waitTimeout: 5 }, 'wait_timeout', 'warning', /is 5 seconds.*wait_timeout=600/],
    [{ lockWaitTimeout: 1_000 }, 'innodb_lock_wait_timeout', 'warning', /1000 seconds.*=50/],
    [{ statementTimeout: 30 }, 'max_statement_time', 'warning', /after 30 seconds.*=0/],
    [{ statementTimeout: 30, isMariaDb: false }, 'max_execution_time', 'warning', /after 30 seconds.*=0/],
    [{ idleTransactionTimeout: 2 }, 'idle_transaction_timeout', 'warning', /2 seconds.*=60/],
    [{ userConnections: 2 }, 'max_user_connections', 'warning', /is 2, and database\.poolSize is 8/],
    [{ connections: 4 }, 'max_connections', 'warning', /is 4, and database\.poolSize is 8/],
    [{ logsStatements: true }, 'binlog_format', 'fatal', /STATEMENT.*ROW or MIXED/],
    [{ version: '10.3.39-MariaDB' }, 'version', 'warning', /MariaDB 10\.5 or newer, got 10\.3\.39/],
  ])('that stand in the way are named with the remedy: %j', (changed, setting, is, detail) => {
    expect(judgeServer({ ...fine, ...changed }, 8)).toEqual([{ setting, is, detail: expect.stringMatching(detail) }]);
  });
});
