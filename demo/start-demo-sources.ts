import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { createChanges, type RunningSources } from './changes.ts';
import { startCrm } from './crm/crm-source.ts';
import { startErp } from './erp/erp-source.ts';
import { startFinance } from './finance/finance-source.ts';
import { makeLandscape } from './landscape/landscape.ts';
import { type SystemName, systemNames } from './landscape/parties.ts';
import { type TrueCustomer, truthOf } from './landscape/truth.ts';
import { startScm } from './scm/scm-source.ts';

export interface DemoOptions {
  /** The same seed, scale and day make the same data. */
  seed?: number;
  /** 1 is about 2,000 customers and 25,000 orders. */
  scale?: number;
  /** `YYYY-MM-DD`; the history ends before it. The current day in UTC when left out. */
  today?: string;
  /** Where the finance system's file goes. */
  directory: string;
  host?: string;
  /** 0 or nothing takes a free port. */
  ports?: Partial<Record<Exclude<SystemName, 'finance'>, number>>;
  /** Instead of a file in `directory`: `mysql://…`. Its legacy tables are made anew. */
  financeUrl?: string;
  /** Which systems to run; all when left out. */
  only?: readonly SystemName[];
}

export interface DemoSources {
  /** What `demo/settings.yaml` says, with `env` filled in. */
  settings: Record<string, unknown>;
  /** Path of `demo/settings.yaml`, for a reader that fills in `env` itself. */
  settingsFile: string;
  /** The environment that the settings file names: addresses and logins of the running sources. */
  env: Record<string, string>;
  /** Who is really who: every customer with its records in the four systems. */
  truth: TrueCustomer[];
  /** Lets `count` small things happen in the sources. */
  change(count: number): Promise<void>;
  /** Lets one happen every so often, until `stop`. Rejects when a source cannot be written to. */
  startChanging(options: { everyMs: number }): Promise<void>;
  stop(): Promise<void>;
}

const demoLogins = {
  erp: { user: 'HUB', password: 'erp-demo-password' },
  scm: { token: 'scm-demo-token' },
  crm: { user: 'hub@crm.example', password: 'crm-demo-password' },
} as const;

const settingsFile = fileURLToPath(new URL('./settings.yaml', import.meta.url));

/** Starts the four source systems of the demo, filled with one company's data. */
export async function startDemoSources(options: DemoOptions): Promise<DemoSources> {
  const { seed = 7, scale = 1, directory, host = '127.0.0.1', ports = {}, only = systemNames } = options;
  const today = options.today ?? new Date().toISOString().slice(0, 10);
  const landscape = makeLandscape({ seed, scale, today });
  const financeUrl = options.financeUrl ?? `sqlite:${join(directory, 'finance.db')}`;

  const running: RunningSources = {};
  const closeAll = async () => {
    await Promise.all(Object.values(running).map((source) => source.close()));
  };
  try {
    if (only.includes('erp'))
      running.erp = await startErp({ landscape, host, port: ports.erp ?? 0, ...demoLogins.erp });
    if (only.includes('scm'))
      running.scm = await startScm({ landscape, host, port: ports.scm ?? 0, ...demoLogins.scm });
    if (only.includes('crm'))
      running.crm = await startCrm({ landscape, host, port: ports.crm ?? 0, ...demoLogins.crm });
    if (only.includes('finance')) running.finance = await startFinance({ landscape, url: financeUrl });
  } catch (error) {
    await closeAll();
    throw error;
  }

  const env = environmentOf(running);
  const change = createChanges(landscape, running);
  const clock = createClock();
  const stopping = new AbortController();
  let changing: Promise<void> = Promise.resolve();

  async function changeEvery(everyMs: number): Promise<void> {
    while (await sleep(everyMs, stopping.signal)) await change(clock());
  }

  return {
    settings: fill(parse(readFileSync(settingsFile, 'utf8')), env) as Record<string, unknown>,
    settingsFile,
    env,
    truth: truthOf(landscape),
    async change(count) {
      for (let i = 0; i < count; i++) await change(clock());
    },
    startChanging({ everyMs }) {
      changing = changeEvery(everyMs);
      return changing;
    },
    async stop() {
      stopping.abort();
      await changing.catch(() => undefined);
      await closeAll();
    },
  };
}

function environmentOf({ erp, scm, crm, finance }: RunningSources): Record<string, string> {
  return {
    ...(erp && { DEMO_ERP_URL: erp.url }),
    DEMO_ERP_USER: demoLogins.erp.user,
    DEMO_ERP_PASSWORD: demoLogins.erp.password,
    ...(scm && { DEMO_SCM_URL: scm.url }),
    DEMO_SCM_TOKEN: demoLogins.scm.token,
    ...(crm && { DEMO_CRM_URL: crm.url }),
    DEMO_CRM_USER: demoLogins.crm.user,
    DEMO_CRM_PASSWORD: demoLogins.crm.password,
    ...(finance && { DEMO_FINANCE_URL: finance.url }),
  };
}

/** A clock in microseconds that never shows the same moment twice. */
function createClock(): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now() * 1_000);
    return last;
  };
}

/** Resolves to whether to go on: true after the time, false at once when the signal aborts. */
function sleep(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** The settings with `${NAME}` and `${NAME:-default}` replaced in all their strings. */
function fill(value: unknown, env: Record<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, otherwise = '') => env[name] ?? otherwise);
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, fill(part, env)]));
}
