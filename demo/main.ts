import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { type SystemName, systemNames } from './landscape/parties.ts';
import { startDemoSources } from './start-demo-sources.ts';

const usage = `Runs the demo's source systems until it is stopped.

  tsx demo/main.ts [options]

  --only <systems>       erp, scm, crm, finance, separated by commas (default: all)
  --host <host>          where to listen (default: 127.0.0.1)
  --port <port>          port of the first of erp, scm, crm; the others follow (default: 4101, 4102, 4103)
  --finance-url <url>    mysql://user:password@host:3306/database, or sqlite:<file>; its tables are made anew
  --directory <folder>   where the finance system's SQLite file goes (default: the system's temporary folder)
  --seed <n>             another company (default: 7)
  --scale <n>            1 is 2,000 customers and 25,000 orders (default: 1)
  --every <ms>           let something happen this often; 0 never (default: 2000)
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: systemNames.join() },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string' },
    'finance-url': { type: 'string' },
    directory: { type: 'string', default: tmpdir() },
    seed: { type: 'string', default: '7' },
    scale: { type: 'string', default: '1' },
    every: { type: 'string', default: '2000' },
    help: { type: 'boolean', default: false },
  },
});

try {
  if (values.help) process.stdout.write(usage);
  else await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const only = values.only.split(',').map(systemName);
  const sources = await startDemoSources({
    only,
    host: values.host,
    ports: portsFor(only),
    directory: values.directory,
    seed: numberOf('seed', values.seed),
    scale: numberOf('scale', values.scale),
    ...(values['finance-url'] === undefined ? {} : { financeUrl: values['finance-url'] }),
  });
  // What demo/settings.yaml asks of the environment; the logins are the demo's own and guard nothing.
  for (const [name, value] of Object.entries(sources.env)) {
    process.stdout.write(`${name}=${value.replace(/(:\/\/[^:@/]+):[^@/]+@/, '$1:***@')}\n`);
  }
  const everyMs = numberOf('every', values.every);
  if (everyMs > 0) void sources.startChanging({ everyMs });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void sources.stop().then(() => process.exit(0));
    });
  }
}

/** Alone, a system listens on `--port`; several take the ports from there on, each always the same one. */
function portsFor(only: readonly SystemName[]): Partial<Record<'erp' | 'scm' | 'crm', number>> {
  const first = numberOf('port', values.port ?? '4101');
  const [alone] = only;
  if (values.port !== undefined && only.length === 1 && alone !== 'finance') return { [alone ?? 'erp']: first };
  return { erp: first, scm: first + 1, crm: first + 2 };
}

function systemName(text: string): SystemName {
  const name = systemNames.find((system) => system === text.trim());
  if (!name) throw new RangeError(`--only expects some of ${systemNames.join(', ')}, got '${text}'.`);
  return name;
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < 0) {
    throw new RangeError(`--${option} expects a number, got '${text}'.`);
  }
  return number;
}
