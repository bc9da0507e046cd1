/** A client of Tryton's API that shares no code with the connector: the acceptance's own witness, and its editor. */
export interface TrytonApi {
  /** Calls a method; the user's context is added. */
  call<T>(method: string, ...parameters: unknown[]): Promise<T>;
  /** All records of a model that fit a domain, inactive ones too. */
  all(model: string, fields: string[], domain?: unknown[]): Promise<TrytonRecord[]>;
}

export type TrytonRecord = Record<string, unknown>;

const PAGE = 500;

export async function connectTryton(login: {
  url: string;
  database: string;
  user: string;
  password: string;
}): Promise<TrytonApi> {
  const { url, database, user, password } = login;
  const address = `${url.replace(/\/+$/, '')}/${database}/`;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  async function send<T>(method: string, parameters: unknown[]): Promise<T> {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ id: 1, method, params: parameters }),
    });
    if (!response.ok) throw new Error(`Expected HTTP 200 from ${method} as ${user}, got ${response.status}.`);
    const answer = (await response.json()) as { result: T; error?: unknown };
    if (answer.error) throw new Error(`Tryton answered ${method} as ${user}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  const context = { ...(await send<object>('model.res.user.get_preferences', [true, {}])), active_test: false };
  const call = <T>(method: string, ...parameters: unknown[]) => send<T>(method, [...parameters, context]);
  return {
    call,
    async all(model, fields, domain = []) {
      const ids = await call<number[]>(`model.${model}.search`, domain, 0, null, [['id', 'ASC']]);
      const records: TrytonRecord[] = [];
      for (let i = 0; i < ids.length; i += PAGE) {
        records.push(...(await call<TrytonRecord[]>(`model.${model}.read`, ids.slice(i, i + PAGE), fields)));
      }
      return records;
    },
  };
}

/** A Decimal as Tryton wraps it; null for none. */
export function decimalOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return (value as { decimal: string }).decimal;
}

/** A field of a linked record, read as `currency.code` and answered under `currency.`. */
export function linkedText(record: TrytonRecord, link: string, field: string): string {
  return String((record[`${link}.`] as TrytonRecord | null)?.[field] ?? '');
}
