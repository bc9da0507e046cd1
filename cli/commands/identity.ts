import { userInfo } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { HubError } from '../../config/errors.ts';
import type { Evidence } from '../../customer-360/identity/stewardship/explain.ts';
import type { Act, Change } from '../../customer-360/identity/stewardship/steward.ts';
import { CUSTOMER_ID_PATTERN, RECORD_ID_PATTERN, recordId } from '../../schema/ids.ts';
import type { Hub } from '../compose.ts';
import { type SharedOptions, withHub, withSharedOptions } from '../options.ts';
import { table, terminal } from '../terminal/terminal.ts';

interface ListOptions extends SharedOptions {
  first: number;
}

interface ActOptions extends SharedOptions {
  reason?: string;
  dryRun?: boolean;
}

/** `customer360 identity queue|explain|confirm|reject|withdraw|merge|unmerge|actions|learn` */
export function identityCommand(): Command {
  return new Command('identity')
    .description('Which records are one customer: what is doubtful, why, and what to do about it.')
    .addCommand(queueCommand())
    .addCommand(explainCommand())
    .addCommand(
      actCommand('confirm', 'The two parties are one customer, whatever the evidence.', '<a> <b>', (hub, [a, b], how) =>
        hub.steward().confirm(partyOf(a), partyOf(b), how),
      ),
    )
    .addCommand(
      actCommand('reject', 'The two parties are never one customer.', '<a> <b>', (hub, [a, b], how) =>
        hub.steward().reject(partyOf(a), partyOf(b), how),
      ),
    )
    .addCommand(
      actCommand(
        'withdraw',
        'What was decided of the two parties holds no more; with the id of an action: all that it decided.',
        '<a> [b]',
        (hub, [a = '', b], how) =>
          b === undefined ? hub.steward().withdrawAction(a, how) : hub.steward().withdraw(partyOf(a), partyOf(b), how),
      ),
    )
    .addCommand(
      actCommand('merge', 'Two customers become one; the older id stays.', '<a> <b>', (hub, [a, b], how) =>
        hub.steward().merge(customerOf(a), customerOf(b), how),
      ),
    )
    .addCommand(
      actCommand(
        'unmerge',
        'Brings back a customer that was merged into another; with parties: takes these out of the customer.',
        '<id> [parties...]',
        (hub, [id, ...parties], how) => hub.steward().unmerge(customerOf(id), parties.map(partyOf), how),
      ),
    )
    .addCommand(actionsCommand())
    .addCommand(learnCommand())
    .addHelpText(
      'after',
      `
Parties are named by system and key (crm:party:A-100) or by their id; customers by their id.

Examples:
  customer360 identity queue
  customer360 identity explain erp:party:0001000100 crm:party:A-100000
  customer360 identity confirm erp:party:0001000100 crm:party:A-100000 --dry-run
  customer360 identity unmerge 0198a3f2-7c1e-7d4b-9a55-3b1f0c2e4d6a --reason "two companies of one name"`,
    );
}

function queueCommand(): Command {
  return withSharedOptions(new Command('queue'))
    .description('Pairs that wait for a steward, the likeliest first.')
    .option('--first <n>', 'how many', positive, 50)
    .action(async (options: ListOptions) => {
      const { createStewardStore } = await import('../../cache/identity/steward-store.ts');
      await withHub(options, async ({ cache }) => {
        const store = createStewardStore(cache);
        const [pairs, total] = [await store.queue({ first: options.first, after: null }), await store.countQueue()];
        if (options.json) return terminal.out(JSON.stringify({ total, pairs }, null, 2));
        const names = await nameParties(
          cache,
          pairs.flatMap(({ a, b }) => [a, b]),
        );
        const rows = pairs.map(({ a, b, weight, reason }) => [
          (weight / 1_000).toFixed(1),
          reason,
          names.get(a) ?? a,
          names.get(b) ?? b,
        ]);
        if (rows.length > 0) terminal.out(table(['BITS', 'WHY', 'A', 'B'], rows));
        terminal.out(`${pairs.length} of ${total} pairs.`);
      });
    });
}

function explainCommand(): Command {
  return withSharedOptions(new Command('explain'))
    .description('Why two parties are, are not, or may be one customer.')
    .argument('<a>', 'a party')
    .argument('<b>', 'the other')
    .action(async (a: string, b: string, options: SharedOptions) => {
      const { explainPair } = await import('../../customer-360/identity/stewardship/explain.ts');
      await withHub(options, async ({ cache, settings }) => {
        const evidence = await explainPair(cache, settings.identity, [partyOf(a), partyOf(b)]);
        terminal.out(options.json ? JSON.stringify(evidence, null, 2) : waterfall(evidence));
      });
    });
}

function actCommand(
  name: string,
  description: string,
  usage: string,
  work: (hub: Hub, ids: string[], how: Act) => Promise<Change>,
): Command {
  return withSharedOptions(new Command(name))
    .description(description)
    .arguments(usage)
    .option('--reason <text>', 'why, for the audit')
    .option('--dry-run', 'tell what would move, and keep nothing')
    .action(async (...given: unknown[]) => {
      const [command, options] = [given.pop(), given.pop() as ActOptions];
      const ids = (command as Command).args;
      await withHub(options, async (hub) => {
        const { reason, dryRun } = options;
        const change = await work(hub, [...ids], { actor: `cli:${userInfo().username}`, reason, dryRun });
        if (options.json) return terminal.out(JSON.stringify(change, null, 2));
        const names = await nameParties(
          hub.cache,
          change.moves.map(({ partyId }) => partyId),
        );
        for (const { partyId, from, to } of change.moves) {
          terminal.out(`${names.get(partyId) ?? partyId}\n  from ${from ?? 'nobody'} to ${to ?? 'nobody'}`);
        }
        const moved = `${change.moves.length} ${change.moves.length === 1 ? 'party' : 'parties'}`;
        terminal.out(change.dryRun ? `${moved} would move. Nothing was kept.` : `${moved} moved. Audit: ${change.id}`);
      });
    });
}

function actionsCommand(): Command {
  return withSharedOptions(new Command('actions'))
    .description('What stewards did, newest first.')
    .option('--first <n>', 'how many', positive, 50)
    .action(async (options: ListOptions) => {
      const { createStewardStore } = await import('../../cache/identity/steward-store.ts');
      await withHub(options, async ({ cache }) => {
        const actions = await createStewardStore(cache).actions(options.first);
        if (options.json) return terminal.out(JSON.stringify(actions, null, 2));
        for (const { id, action, actor, reason, actedAt } of actions) {
          terminal.out(`${id}  ${actedAt.slice(0, 19)}  ${action}  ${actor}  ${reason ?? ''}`.trimEnd());
        }
      });
    });
}

function learnCommand(): Command {
  return withSharedOptions(new Command('learn'))
    .description('Learns anew what agreement weighs, and looks at every party again.')
    .action(async (options: SharedOptions) => {
      const { learnModels } = await import('../../customer-360/identity/resolution/learn-models.ts');
      const { resolveDirty } = await import('../../customer-360/identity/resolution/resolve-dirty.ts');
      const { prioritiesOf } = await import('../../config/settings/priorities-of.ts');
      await withHub(options, async ({ cache, settings }) => {
        const learnt = await learnModels(cache, settings.identity);
        const { identity } = settings;
        const resolved = await resolveDirty({ cache, identity, priorities: prioritiesOf(settings) });
        if (options.json) return terminal.out(JSON.stringify({ learnt, resolved }, null, 2));
        for (const { kind, version, records } of learnt) {
          terminal.out(`${kind}: version ${version}, learnt from ${records.toLocaleString('en-US')} records`);
        }
        if (learnt.length === 0) terminal.out('Nothing learnt: fewer than 300 parties of each kind.');
        terminal.out(
          `${resolved.parties} parties looked at, ${resolved.merged} customers merged, ${resolved.split} split.`,
        );
      });
    });
}

/** The weights from the prior to the sum, a line each. */
function waterfall({
  prior,
  fields,
  rarity,
  weight,
  probability,
  rule,
  isDoubtful,
  contradictions,
  decision,
  model,
}: Evidence): string {
  let sum = prior;
  const line = (name: string, bits: number, level: string, values: string) => {
    sum += bits;
    return [name, level, `${bits >= 0 ? '+' : ''}${bits.toFixed(1)}`, sum.toFixed(1), values];
  };
  const rows = [
    ['prior', '', '', prior.toFixed(1), model === 0 ? 'built-in model' : `model version ${model}`],
    ...fields.map(({ field, level, bits, a, b }) =>
      line(field, bits, level ?? 'unknown', `${a.join(', ') || '-'} | ${b.join(', ') || '-'}`),
    ),
    line('rare words', rarity, '', ''),
  ];
  const verdict = rule ?? (isDoubtful ? 'doubtful' : 'apart');
  const against = contradictions.length === 0 ? '' : `; contradicted by ${contradictions.join(', ')}`;
  const steward = decision === null ? '' : `; a steward said ${decision}`;
  return `${table(['FIELD', 'LEVEL', 'BITS', 'SUM', 'VALUES'], rows)}\n${weight.toFixed(1)} bits, probability ${probability.toPrecision(4)}: ${verdict}${against}${steward}`;
}

/** `crm:party:A-100` or the id of a party. */
function partyOf(text: string | undefined): string {
  if (text !== undefined && RECORD_ID_PATTERN.test(text)) return text;
  const parts = /^([^:]+):party:(.+)$/s.exec(text ?? '');
  if (parts) return recordId({ system: String(parts[1]), entity: 'party', key: String(parts[2]) });
  throw new HubError(
    'BAD_USER_INPUT',
    `Expected a party by system and key, such as crm:party:A-100, or by its id, got "${text}".`,
  );
}

function customerOf(text: string | undefined): string {
  if (text !== undefined && CUSTOMER_ID_PATTERN.test(text)) return text;
  throw new HubError('BAD_USER_INPUT', `Expected a customer's id (a UUIDv7), got "${text}".`);
}

/** Parties as people know them: system, key, name. */
async function nameParties(cache: Hub['cache'], ids: readonly string[]): Promise<Map<string, string>> {
  const { readByIds } = await import('../../cache/records/record-store.ts');
  const rows = await readByIds(cache, 'party', [...new Set(ids)], null);
  return new Map([...rows].map(([id, row]) => [id, `${row.system}:party:${row.sourceKey} ${String(row.displayName)}`]));
}

function positive(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('Expected a whole number from 1 up.');
  return n;
}
