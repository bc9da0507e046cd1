import { Command, InvalidArgumentError, Option } from 'commander';
import { HubError } from '../../config/errors.ts';
import { scopes } from '../../config/settings/access-settings.ts';
import { instantOf } from '../../schema/time.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { terminal } from '../terminal/terminal.ts';

interface CreateOptions extends SharedOptions {
  scope: string[];
  claim: string[];
  days: number;
}

const DAY = 86_400_000;

/** `customer360 keys create|list|revoke` */
export function keysCommand(): Command {
  const create = withSharedOptions(new Command('create'))
    .description('A new API key. It is shown once: the hub keeps a hash of it.')
    .argument('<name>', 'who or what uses it')
    .addOption(new Option('--scope <scope...>', 'what it may see or do').choices(scopes).default([]))
    .option('--claim <claim=value...>', 'for row rules, e.g. countries=KR', [])
    .option('--days <n>', 'how long it holds', days, 90)
    .action(async (name: string, options: CreateOptions) => {
      const claims = claimsOf(options.claim);
      const { createApiKeyStore } = await import('../../cache/access/api-key-store.ts');
      await withHub(options, async ({ cache }) => {
        const now = Date.now();
        const expiresAt = instantOf(now + options.days * DAY);
        const key = { name, scopes: options.scope, claims, expiresAt, now: instantOf(now) };
        const made = await createApiKeyStore(cache).create(key);
        if (options.json) terminal.out(JSON.stringify({ ...made, name, scopes: options.scope, claims, expiresAt }));
        else {
          terminal.out(made.key);
          terminal.err(`Send it as X-API-Key. It holds until ${expiresAt} and is not shown again.`);
        }
      });
    });

  const list = withSharedOptions(new Command('list'))
    .description('The keys there are, without their secrets.')
    .action(async (options: SharedOptions) => {
      const { createApiKeyStore } = await import('../../cache/access/api-key-store.ts');
      await withHub(options, async ({ cache }) => {
        const keys = await createApiKeyStore(cache).list();
        if (options.json) terminal.out(JSON.stringify(keys, null, 2));
        else for (const key of keys) terminal.out(lineOf(key, instantOf(Date.now())));
        if (!options.json && keys.length === 0) terminal.out('No keys. customer360 keys create makes one.');
      });
    });

  const revoke = withSharedOptions(new Command('revoke'))
    .description('Ends a key at once; gateways refuse it within five seconds.')
    .argument('<id>', 'its id, as list prints it')
    .action(async (id: string, options: SharedOptions) => {
      const { createApiKeyStore } = await import('../../cache/access/api-key-store.ts');
      await withHub(options, async ({ cache }) => {
        if (!(await createApiKeyStore(cache).revoke(id, instantOf(Date.now())))) {
          throw new HubError(
            'NOT_FOUND',
            `Expected the id of a key that still holds, got ${id}. customer360 keys list shows them.`,
          );
        }
        terminal.out(`Revoked ${id}.`);
      });
    });

  return new Command('keys')
    .description('API keys for those who ask the graph.')
    .addCommand(create)
    .addCommand(list)
    .addCommand(revoke)
    .addHelpText(
      'after',
      '\nExamples:\n  customer360 keys create shop-frontend --scope erp:read scm:read --days 30\n  customer360 keys list\n  customer360 keys revoke 4f1c0a9b2d37',
    );
}

interface ListedKey {
  id: string;
  name: string;
  scopes: readonly string[];
  claims: Readonly<Record<string, readonly string[]>>;
  expiresAt: string;
  revokedAt: string | null;
  lastUsedAt: string | null;
}

function lineOf(key: ListedKey, now: string): string {
  const state = key.revokedAt
    ? `revoked ${key.revokedAt}`
    : key.expiresAt <= now
      ? 'expired'
      : `until ${key.expiresAt}`;
  const claims = Object.entries(key.claims).map(([claim, values]) => `${claim}=${values.join(',')}`);
  const rights = [...key.scopes, ...claims].join(' ') || 'no scopes';
  return `${key.id}  ${key.name}  ${state}  last used ${key.lastUsedAt ?? 'never'}  ${rights}`;
}

function days(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 3_650) throw new InvalidArgumentError('Expected whole days from 1 to 3650.');
  return n;
}

function claimsOf(texts: readonly string[]): Record<string, string[]> {
  const claims: Record<string, string[]> = {};
  for (const text of texts) {
    const [, claim, value] = /^([\w.:/-]{1,64})=(.{1,255})$/.exec(text) ?? [];
    if (claim === undefined || value === undefined) {
      throw new HubError('BAD_USER_INPUT', `Expected --claim <claim>=<value>, such as countries=KR; got "${text}".`);
    }
    claims[claim] = [...(claims[claim] ?? []), value];
  }
  return claims;
}
