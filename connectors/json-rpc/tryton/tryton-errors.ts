import { HubError } from '../../../config/errors.ts';
import type { PostAnswer } from '../post.ts';
import type { JsonRpcSettings } from '../settings.ts';

/** What an HTTP status other than 200 means at Tryton. */
export function statusError(system: string, settings: JsonRpcSettings, method: string, answer: PostAnswer): HubError {
  const { username, database } = settings;
  const details = { source: system };
  switch (answer.status) {
    case 401:
      return new HubError(
        'SOURCE_UNAUTHORIZED',
        `Tryton refused the login of "${username}" to database "${database}". Check username and password.`,
        details,
      );
    case 403:
      return new HubError(
        'SOURCE_FORBIDDEN',
        `Tryton does not offer ${method} to "${username}". Check the model's name and that its module is active.`,
        details,
      );
    case 404:
      return new HubError(
        'SOURCE_NOT_FOUND',
        `There is no database "${database}" at ${settings.url}. Check url and database.`,
        details,
      );
    case 429:
      return new HubError(
        'SOURCE_RATE_LIMITED',
        `Tryton takes no login of "${username}" for now, as it does after several wrong passwords. Check the password and wait some minutes.`,
        details,
      );
    default: {
      const code = answer.status >= 500 ? 'SOURCE_UNREACHABLE' : 'SOURCE_PROTOCOL';
      return new HubError(code, `Expected HTTP 200 from ${method}, got ${answer.status}.`, details);
    }
  }
}

/** What an error inside an answer means: `["UserError", ["message", …]]`, or a bare Python exception. */
export function rpcError(system: string, method: string, error: readonly unknown[]): HubError {
  const [name, details] = error;
  const text = Array.isArray(details) ? String(details[0] ?? '') : String(details ?? '');
  const said = `${String(name)}${text ? `: ${text}` : ''}`;
  if (name === 'UserError' || name === 'AccessError') {
    return new HubError('SOURCE_FORBIDDEN', `Tryton refused ${method}: ${text.trim()}`, { source: system });
  }
  if (name === 'LoginException') {
    return new HubError('SOURCE_UNAUTHORIZED', 'Tryton asks for a password it was not given. Set password.', {
      source: system,
    });
  }
  if (/^'[^']*'$/.test(String(name))) {
    const message = `Tryton knows no field or model ${String(name)} (in ${method}). Check the stream's resource, fields and paths.`;
    return new HubError('SOURCE_NOT_FOUND', message, { source: system });
  }
  return new HubError('SOURCE_PROTOCOL', `Tryton could not answer ${method}: ${said}`, { source: system });
}
