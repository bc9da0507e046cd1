import pino from 'pino';
import { HubError } from '../errors.ts';
import type { HubSettings } from '../settings/settings.ts';
import { formatForTerminal } from './log-line.ts';
import { isSecretKey, REDACTED, redactText } from './redact.ts';

/** Fields of a log line. An error goes under `err`. */
type LogFields = Record<string, unknown>;

/** What the rooms log through. Errors are thrown with `cause` and logged once, at the edge. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  debug(message: string): void;
  info(fields: LogFields, message: string): void;
  info(message: string): void;
  warn(fields: LogFields, message: string): void;
  warn(message: string): void;
  error(fields: LogFields, message: string): void;
  error(message: string): void;
  /** A log whose lines all carry these fields. */
  child(fields: LogFields): Log;
}

export interface LogOptions {
  level: HubSettings['log']['level'];
  /** Takes one line at a time; standard error when left out, so that standard output is the command's own. */
  destination?: { write(line: string): void };
  /** Lines for people instead of JSON; by default when standard error is a terminal. */
  pretty?: boolean;
}

/** JSON lines (or, on a terminal, readable ones) without secrets. */
export function createLog({ level, destination, pretty }: LogOptions): Log {
  const out = destination ?? pino.destination({ dest: 2, sync: true });
  const forPeople = pretty ?? (destination === undefined && process.stderr.isTTY === true);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => withoutSecrets(fields),
      },
      hooks: { streamWrite: redactText },
    },
    forPeople ? { write: (line) => void out.write(formatForTerminal(line)) } : out,
  );
  return asLog(logger);
}

/** pino cleans the fields of a line but not those a child log is made with. */
function asLog(logger: pino.Logger): Log {
  return {
    debug: logger.debug.bind(logger),
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    error: logger.error.bind(logger),
    child: (fields) => asLog(logger.child(withoutSecrets(fields))),
  };
}

/** An error in the log: an expected one by its code, an unexpected one with its stack. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const cause = error.cause === undefined ? {} : { cause: causeOf(error.cause) };
  if (error instanceof HubError) {
    const { code, message, source, stream } = error;
    return { code, message, source, stream, ...cause };
  }
  return { type: error.name, message: error.message, stack: error.stack, ...cause };
}

function causeOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}

function withoutSecrets(fields: object, depth = 1): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' && isSecretKey(key) ? REDACTED : cleaned(value, depth),
    ]),
  );
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error || depth > 6) return value;
  return Array.isArray(value) ? value.map((item) => cleaned(item, depth + 1)) : withoutSecrets(value, depth + 1);
}
