import { LEAST_PACKET } from '../sql/statement-size.ts';

/** The settings of a MySQL or MariaDB server that decide what the hub can do with it. Times are in seconds. */
export interface ServerSettings {
  version: string;
  isMariaDb: boolean;
  /** In bytes. */
  maxAllowedPacket: number;
  waitTimeout: number;
  lockWaitTimeout: number;
  /** After so long the server ends a statement; null where it never does. */
  statementTimeout: number | null;
  /** After so long the server ends a transaction that sends nothing; null where it never does. */
  idleTransactionTimeout: number | null;
  /** Connections this login may have; null where only the server's own bound counts. */
  userConnections: number | null;
  connections: number;
  readOnly: boolean;
  /** The binary log is on, and keeps statements only. */
  logsStatements: boolean;
}

/** What a setting means for the hub. `fatal`: it cannot work so. `warning`: it works, with what the detail says. */
export interface Finding {
  setting: string;
  is: 'fatal' | 'warning';
  detail: string;
}

const NAMES = [
  ...['version', 'max_allowed_packet', 'wait_timeout', 'innodb_lock_wait_timeout', 'max_statement_time'],
  ...['max_execution_time', 'idle_transaction_timeout', 'max_user_connections', 'max_connections'],
  ...['read_only', 'super_read_only', 'innodb_read_only', 'transaction_read_only', 'tx_read_only'],
  ...['log_bin', 'binlog_format'],
];

/** Packets up to this keep the largest records the hub takes at all; MariaDB's own default. */
const ROOMY_PACKET = 16_777_216;
const SHORT_WAIT = 60;
const LONG_LOCK_WAIT = 120;
const SHORT_STATEMENT = 300;
const SHORT_TRANSACTION = 30;
const [OLDEST_MYSQL, OLDEST_MARIADB] = ['8.0', '10.5'];

/** Reads the server's settings as this login's connections have them. */
export async function readServer(query: (statement: string) => Promise<unknown>): Promise<ServerSettings> {
  const list = NAMES.map((name) => `'${name}'`).join(', ');
  const rows = (await query(`SHOW VARIABLES WHERE Variable_name IN (${list})`)) as {
    Variable_name: unknown;
    Value: unknown;
  }[];
  const values = new Map(rows.map((row) => [String(row.Variable_name).toLowerCase(), String(row.Value)]));
  const number = (name: string) => Number(values.get(name) ?? 0);
  const orNull = (value: number) => (value > 0 ? value : null);
  const isOn = (name: string) => /^(on|1|yes|true)/i.test(values.get(name) ?? '');
  const version = values.get('version') ?? 'unknown';
  return {
    version,
    isMariaDb: /mariadb/i.test(version),
    maxAllowedPacket: number('max_allowed_packet'),
    waitTimeout: number('wait_timeout'),
    lockWaitTimeout: number('innodb_lock_wait_timeout'),
    statementTimeout: orNull(number('max_statement_time') || number('max_execution_time') / 1_000),
    idleTransactionTimeout: orNull(number('idle_transaction_timeout')),
    userConnections: orNull(number('max_user_connections')),
    connections: number('max_connections'),
    readOnly: ['read_only', 'super_read_only', 'innodb_read_only', 'transaction_read_only', 'tx_read_only'].some(isOn),
    logsStatements: isOn('log_bin') && /^statement$/i.test(values.get('binlog_format') ?? ''),
  };
}

/** What of these settings the hub cannot work with, or works worse with, and what to do. Pure. */
export function judgeServer(server: ServerSettings, poolSize: number): Finding[] {
  const findings: Finding[] = [];
  const add = (setting: string, is: Finding['is'], detail: string) => findings.push({ setting, is, detail });
  const oldest = server.isMariaDb ? OLDEST_MARIADB : OLDEST_MYSQL;
  const name = server.isMariaDb ? 'MariaDB' : 'MySQL';

  if (isOlder(server.version, oldest)) {
    add('version', 'warning', `expected ${name} ${oldest} or newer, got ${server.version}, which was never tried.`);
  }
  if (server.maxAllowedPacket < LEAST_PACKET) {
    const expected = `expected max_allowed_packet of at least ${size(LEAST_PACKET)}, got ${size(server.maxAllowedPacket)}`;
    add('max_allowed_packet', 'fatal', `${expected}. Set max_allowed_packet=16M on the server.`);
  } else if (server.maxAllowedPacket < ROOMY_PACKET) {
    const got = `max_allowed_packet is ${size(server.maxAllowedPacket)}`;
    const so = 'statements are kept below it, and a record that is larger goes to quarantine';
    add('max_allowed_packet', 'warning', `${got}: ${so}. Set max_allowed_packet=16M on the server.`);
  }
  if (server.waitTimeout < SHORT_WAIT) {
    const got = `wait_timeout is ${server.waitTimeout} seconds`;
    const so = 'the server closes resting connections, which are then replaced at a cost of some milliseconds each';
    add('wait_timeout', 'warning', `${got}: ${so}. Set wait_timeout=600 or more on the server.`);
  }
  if (server.lockWaitTimeout > LONG_LOCK_WAIT) {
    const got = `innodb_lock_wait_timeout is ${server.lockWaitTimeout} seconds`;
    const so = 'a pass waits that long, several times, for a lock that another program holds';
    add('innodb_lock_wait_timeout', 'warning', `${got}: ${so}. Set innodb_lock_wait_timeout=50 on the server.`);
  }
  if (server.statementTimeout !== null && server.statementTimeout < SHORT_STATEMENT) {
    const variable = server.isMariaDb ? 'max_statement_time' : 'max_execution_time';
    const got = `${variable} ends statements after ${server.statementTimeout} seconds`;
    add(variable, 'warning', `${got}: verify and large lists may fail. Set ${variable}=0 for this login.`);
  }
  if (server.idleTransactionTimeout !== null && server.idleTransactionTimeout < SHORT_TRANSACTION) {
    const got = `idle_transaction_timeout is ${server.idleTransactionTimeout} seconds`;
    const so = 'a page may rest longer between two statements on a busy machine, and is then written again';
    add('idle_transaction_timeout', 'warning', `${got}: ${so}. Set idle_transaction_timeout=60 or more.`);
  }
  const connections = Math.min(server.connections, server.userConnections ?? server.connections);
  if (connections < poolSize) {
    const variable = connections === server.connections ? 'max_connections' : 'max_user_connections';
    const got = `${variable} is ${connections}, and database.poolSize is ${poolSize}`;
    add(variable, 'warning', `${got}: statements fail when all are in use. Raise the one or lower the other.`);
  }
  if (server.logsStatements) {
    const got = 'binlog_format is STATEMENT, which refuses the changes of READ COMMITTED transactions';
    add('binlog_format', 'fatal', `${got}. Set binlog_format to ROW or MIXED on the server.`);
  }
  return findings;
}

function isOlder(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number.parseFloat);
  const [leastMajor = 0, leastMinor = 0] = oldest.split('.').map(Number.parseFloat);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

function size(bytes: number): string {
  const [unit, factor] = bytes >= 1_048_576 ? ['MB', 1_048_576] : ['KB', 1_024];
  return `${Number((bytes / factor).toFixed(1))} ${unit} (${bytes} bytes)`;
}
