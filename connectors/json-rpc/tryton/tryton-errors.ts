import { type ErrorCode, HubError } from '../../../config/errors.ts';
import type { JsonRpcSettings } from '../settings.ts';

/** What a refused call means at Tryton, where the HTTP client's own words would not lead to the cause. */
export function callError(error: unknown, settings: JsonRpcSettings, method: string): unknown {
  if (!(error instanceof HubError)) return error;
  const message = meanings[error.code]?.(settings, method);
  if (message === undefined) return error;
  return new HubError(error.code, message, {
    cause: error,
    ...(error.source === undefined ? {} : { source: error.source }),
  });
}

type Meaning = (settings: JsonRpcSettings, method: string) => string;

const meanings: Partial<Record<ErrorCode, Meaning>> = {
  SOURCE_UNAUTHORIZED: ({ username, database }) =>
    `Tryton refused the login of "${username}" to database "${database}". Check username and password.`,
  SOURCE_FORBIDDEN: ({ username }, method) =>
    `Tryton does not offer ${method} to "${username}". Check the model's name, and that its module is active.`,
  SOURCE_NOT_FOUND: ({ database, url }) => `There is no database "${database}" at ${url}. Check url and database.`,
  SOURCE_RATE_LIMITED: ({ username }) =>
    `Tryton takes no login of "${username}" for now, as it does after several wrong passwords. Check the password and wait some minutes.`,
};

/** What an error inside an answer means: `["UserError", ["message", …]]`, or a bare Python exception. */
export function rpcError(system: string, method: string, error: readonly unknown[]): HubError {
  const [name, details] = error;
  const text = String((Array.isArray(details) ? details[0] : details) ?? '').trim();
  if (name === 'UserError' || name === 'AccessError') {
    return new HubError('SOURCE_FORBIDDEN', `Tryton refused ${method}: ${text}`, { source: system });
  }
  if (name === 'LoginException') {
    const message = 'Tryton asks for a password it was not given. Set password.';
    return new HubError('SOURCE_UNAUTHORIZED', message, { source: system });
  }
  if (/^'[^']*'$/.test(String(name))) {
    const message = `Tryton knows no field or model ${String(name)} (in ${method}). Check the stream's resource, fields and paths.`;
    return new HubError('SOURCE_NOT_FOUND', message, { source: system });
  }
  const said = `${String(name)}${text && `: ${text}`}`.slice(0, 300);
  return new HubError('SOURCE_PROTOCOL', `Tryton could not answer ${method}: ${said}`, { source: system });
}
