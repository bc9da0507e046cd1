import type { IncomingMessage } from 'node:http';
import { type Loopback, startLoopback } from './loopback.ts';

export const TRYTON_PASSWORD = 'hub-Password-5';
const USER = 'hub';
const TOKEN = 'a1b2c3d4e5f6';

export type Values = Record<string, unknown>;

/** A server that speaks Tryton's JSON-RPC over records given to it. Only what the connector says is understood. */
export interface TrytonServer extends Loopback {
  /** Model → id → the record as Tryton sends it; domains compare what is in here. */
  models: Map<string, Map<number, Values>>;
  /** Every call that came, in order. */
  calls: { method: string; parameters: unknown[]; authorization: string | undefined; connection: string | undefined }[];
  /** Ends all sessions, as a restart of the server does. */
  endSessions(): void;
  /** Gives so many rows at most, whatever is asked for. */
  cutAt(rows: number | null): void;
  /** Answers the next calls of a method with this instead. */
  answerWith(method: string, answer: { status?: number; body: unknown } | null): void;
}

export async function startTrytonServer(): Promise<TrytonServer> {
  const models: TrytonServer['models'] = new Map();
  const calls: TrytonServer['calls'] = [];
  const overrides = new Map<string, { status?: number; body: unknown }>();
  let sessions = 0;
  let cut: number | null = null;
  const valid = new Set<string | undefined>();

  const loopback = await startLoopback(null, async (url, request) => {
    const { id, method, params } = JSON.parse(await textOf(request)) as {
      id: number;
      method: string;
      params: unknown[];
    };
    const { authorization, connection } = request.headers;
    calls.push({ method, parameters: params, authorization, connection });
    if (url.pathname !== '/erp/') return { status: 404, body: 'no such database' };
    const override = overrides.get(method);
    if (override) return override;
    if (method === 'common.db.login') {
      const [user, { password }] = params as [string, { password: string }];
      if (user !== USER || password !== TRYTON_PASSWORD) return { status: 401, body: `refused ${password}` };
      sessions += 1;
      valid.add(`Session ${Buffer.from(`${USER}:2:${TOKEN}${sessions}`).toString('base64')}`);
      return { body: { id, result: [2, `${TOKEN}${sessions}`] } };
    }
    if (!valid.has(authorization)) return { status: 401, body: 'no session' };
    return answer(id, method, params);
  });

  function answer(id: number, method: string, params: unknown[]) {
    if (method === 'model.res.user.get_preferences')
      return { body: { id, result: { company: 1, 'company.rec_name': 'Acme', language: 'en' } } };
    if (method === 'common.db.logout') return { body: { id, result: null } };
    const [, model = '', verb = ''] = /^model\.(.+)\.([a-z_]+)$/.exec(method) ?? [];
    if (typeof params.at(-1) !== 'object')
      return { body: { id, error: ['UserError', ['Missing context argument', '', null]] } };
    if (model === 'ir.model')
      return { body: { id, result: [...models.keys()].map((name, n) => ({ id: n, model: name, name })) } };
    const rows = models.get(model);
    if (!rows) return { status: 403, body: '<html>Forbidden</html>' };
    if (verb === 'fields_get') {
      const [first] = rows.values();
      return {
        body: { id, result: Object.fromEntries(Object.keys(first ?? {}).map((name) => [name, { type: 'char' }])) },
      };
    }
    const found = [...rows.values()]
      .filter((row) => matches(row, params[0] as unknown[]))
      .sort((a, b) => Number(a.id) - Number(b.id));
    if (verb === 'search_count') return { body: { id, result: found.length } };
    if (verb !== 'search_read') return { status: 403, body: '<html>Forbidden</html>' };
    const [, offset, limit, , fields] = params as [unknown, number, number | null, unknown, string[]];
    const missing = fields.find(
      (field) => found[0] && !(field in found[0]) && !(`${field.split('.')[0]}.` in found[0]),
    );
    if (missing) return { body: { id, error: [`'${missing}'`, ''] } };
    const size = Math.min(limit ?? found.length, cut ?? found.length);
    return { body: exactNumbers({ id, result: found.slice(offset, offset + size) }) };
  }

  return {
    ...loopback,
    models,
    calls,
    endSessions() {
      valid.clear();
    },
    cutAt(rows) {
      cut = rows;
    },
    answerWith(method, instead) {
      if (instead) overrides.set(method, instead);
      else overrides.delete(method);
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Text marked `#123` becomes the number 123 with all its digits. */
function exactNumbers(body: unknown): string {
  return JSON.stringify(body).replace(/"#(-?[\d.e+-]+)"/g, '$1');
}

/** Tryton's domains, as far as the connector writes them. */
function matches(row: Values, domain: unknown[]): boolean {
  const [first, ...rest] = domain;
  if (first === 'OR') return rest.some((part) => matches(row, part as unknown[]));
  if (typeof first === 'string') return clause(row, domain as [string, string, unknown]);
  return domain.every((part) => matches(row, part as unknown[]));
}

function clause(row: Values, [field, operator, value]: [string, string, unknown]): boolean {
  const held = comparable(row[field] ?? null);
  const asked = comparable(value);
  switch (operator) {
    case '=':
      return held === asked;
    case 'in':
      return (value as unknown[]).includes(held);
    case '>':
      return held !== null && asked !== null && held > asked;
    case '>=':
      return held !== null && asked !== null && held >= asked;
    default:
      throw new Error(`This server knows no operator ${operator}.`);
  }
}

function comparable(value: unknown): string | number | null {
  if (value === null || typeof value === 'number') return value;
  if (typeof value !== 'object') return String(value);
  const parts = value as Record<string, number>;
  return ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond']
    .map((part) => String(parts[part]).padStart(6, '0'))
    .join();
}

/** An instant as Tryton sends it. */
export function trytonTime(instant: string): Values {
  const [year, month, day, hour, minute, second] = instant.split(/[-T:.Z]/).map(Number);
  return { __class__: 'datetime', year, month, day, hour, minute, second, microsecond: Number(instant.slice(20, 26)) };
}
