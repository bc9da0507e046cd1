import type { Dice } from '../dice.ts';
import type { Protocol } from './landscape.ts';
import { type Fields, type Kind, kinds, type Truth, type TruthRow } from './truth.ts';

export interface Editor {
  /** The source tells the machine's own time and not the truth's: a stamp of 2099 would be brought down to a time no edit reaches. */
  tellsOwnTime?: boolean;
  truth: Truth;
  dice: Dice;
  protocol: Protocol;
  /** Distinguishes this truth from others in one cache. */
  mark: string;
}

/** Rows of each kind there can be. */
const KEYS = 36;
/** Of them, how many may be unreadable at once: so few that no pass fails for it. */
const MOST_POISONED = 2;

type Edit = (editor: Editor) => void;

/** One thing that happens in a company, at random: mostly rows change, sometimes something that hubs stumble over. */
export function editTruth(editor: Editor): void {
  const { dice, truth } = editor;
  if (!dice.chance(0.2)) truth.tick(dice.between(1, 20_000));
  const throwOf = dice.next();
  const [, edit] = edits.find(([below]) => throwOf < below) ?? edits[0] ?? [1, change];
  edit(editor);
}

const edits: [below: number, Edit][] = [
  [0.5, change],
  [0.62, remove],
  [0.7, changeMany],
  [0.78, changeSlowly],
  [0.84, changeUnstamped],
  [0.9, merge],
  [0.94, rename],
  [0.97, poison],
  [0.99, changeInTheFuture],
  [1, jump],
];

/** Fills an empty source. */
export function populate(editor: Editor, count: number): void {
  for (let n = 0; n < count; n += 1) {
    for (const kind of kinds) editor.truth.put(kind, rowOf(editor, kind, keyOf(editor, n), editor.truth.now()));
    if (editor.dice.chance(0.6)) editor.truth.tick(editor.dice.between(1, 60_000));
  }
}

function change(editor: Editor): void {
  const kind = editor.dice.pick(kinds);
  const key = freeKey(editor, kind);
  if (key) editor.truth.put(kind, rowOf(editor, kind, key, editor.truth.now()));
}

function remove(editor: Editor): void {
  const kind = editor.dice.pick(kinds);
  const key = liveKey(editor, kind);
  if (key && editor.truth.rows[kind].size > KEYS / 2) editor.truth.remove(kind, key);
}

/** One statement over many rows gives them all one stamp: more than fit on a page. */
function changeMany(editor: Editor): void {
  const kind = editor.dice.pick(kinds);
  const stamp = editor.truth.now();
  for (let count = editor.dice.between(6, 14); count > 0; count -= 1) {
    const key = freeKey(editor, kind);
    if (key) editor.truth.put(kind, rowOf(editor, kind, key, stamp));
  }
}

/** A transaction that is stamped when it begins and seen when it ends, up to 100 s later. */
function changeSlowly(editor: Editor): void {
  const kind = editor.dice.pick(kinds);
  const key = freeKey(editor, kind);
  if (key) editor.truth.putLate(kind, rowOf(editor, kind, key, editor.truth.now()), editor.dice.between(1, 100_000));
}

/** A row that some program writes without stamping it; only where the protocol can still see it. */
function changeUnstamped(editor: Editor): void {
  if (editor.protocol === 'rest' || editor.protocol === 'json-rpc') {
    change(editor);
    return;
  }
  const kind = editor.dice.pick(kinds);
  const key = freeKey(editor, kind);
  const known = key ? editor.truth.rows[kind].get(key) : undefined;
  if (key && (known === undefined || known.stamp === null)) {
    editor.truth.put(kind, { ...rowOf(editor, kind, key, editor.truth.now()), stamp: null });
  }
}

/** A partner goes up in another one: its orders become the other's, it is deleted. */
function merge(editor: Editor): void {
  const { truth, dice } = editor;
  const from = liveKey(editor, 'partners');
  const into = liveKey(editor, 'partners');
  if (!from || !into || from === into || truth.rows.partners.size < KEYS / 2) return;
  for (const row of [...truth.rows.orders.values()]) {
    if (row.fields.partner !== from || truth.isHeld('orders', row.key)) continue;
    truth.put('orders', { ...row, stamp: truth.now(), fields: { ...row.fields, partner: into } });
    if (dice.chance(0.5)) truth.tick(1);
  }
  truth.remove('partners', from);
}

/** A row gets another key. */
function rename(editor: Editor): void {
  const { truth, dice } = editor;
  const kind = dice.pick(kinds);
  const from = liveKey(editor, kind);
  const to = keyOf(editor, dice.between(0, KEYS - 1));
  const row = from && truth.rows[kind].get(from);
  if (!row || truth.rows[kind].has(to) || truth.isHeld(kind, to)) return;
  truth.remove(kind, from);
  truth.put(kind, { ...row, key: to, created: truth.now(), stamp: truth.now() });
}

/** An amount that is none, or one that is again. */
function poison(editor: Editor): void {
  const { truth } = editor;
  const poisoned = [...truth.rows.orders.values()].filter(({ fields }) => isPoison(fields));
  const [healed] = poisoned;
  const key = poisoned.length >= MOST_POISONED ? healed?.key : freeKey(editor, 'orders');
  if (!key || truth.isHeld('orders', key)) return;
  const row = rowOf(editor, 'orders', key, truth.now());
  const total = poisoned.length >= MOST_POISONED ? row.fields.total : 'a lot';
  truth.put('orders', { ...row, fields: { ...row.fields, total: total ?? null } });
}

export function isPoison(fields: Fields): boolean {
  return fields.total === 'a lot';
}

/** A typo in a stamp. The row is stamped as it should be when it is changed again. */
function changeInTheFuture(editor: Editor): void {
  if (editor.tellsOwnTime) return;
  const kind = editor.dice.pick(kinds);
  const key = freeKey(editor, kind);
  if (key) editor.truth.put(kind, rowOf(editor, kind, key, '2099-12-31T23:59:59.0000000Z'));
}

/** The machine's clock is a day ahead until somebody notices. */
function jump({ truth, tellsOwnTime }: Editor): void {
  // A clock that nobody can ask is not seen to be put back.
  if (!tellsOwnTime) truth.jump();
}

function rowOf({ truth, dice, mark }: Editor, kind: Kind, key: string, stamp: string): TruthRow {
  const created = truth.rows[kind].get(key)?.created ?? stamp;
  const n = dice.between(0, 999_999);
  const fields: Record<Kind, () => Fields> = {
    partners: () => ({
      name: `${dice.pick(['Müller', '한빛', "O'Neil", 'Ærø', 'zz'])} ${n}`,
      tax: dice.chance(0.7) ? `DE${mark}${dice.between(1, 24)}` : null,
      mail: dice.chance(0.7) ? `a${dice.between(1, 99)}@${mark}.example` : null,
    }),
    orders: () => ({
      number: `A-${n}`,
      partner: dice.pick([...truth.rows.partners.keys(), keyOf({ truth, dice, mark, protocol: 'json-rpc' }, 1)]),
      total: `${n}.${String(dice.between(0, 9_999)).padStart(4, '0')}`,
      day: `2026-0${dice.between(1, 9)}-1${dice.between(0, 9)}`,
    }),
  };
  return { key, created, stamp, fields: fields[kind]() };
}

function keyOf({ protocol }: Editor, n: number): string {
  return protocol === 'json-rpc' ? String(n + 1) : `${n % 2 === 0 ? 'K' : 'k'}${String(n).padStart(2, '0')}`;
}

/** Any key that no transaction holds. */
function freeKey(editor: Editor, kind: Kind): string | undefined {
  const key = keyOf(editor, editor.dice.between(0, KEYS - 1));
  return editor.truth.isHeld(kind, key) ? undefined : key;
}

function liveKey({ truth, dice }: Editor, kind: Kind): string | undefined {
  const keys = [...truth.rows[kind].keys()].filter((key) => !truth.isHeld(kind, key));
  return keys.length > 0 ? dice.pick(keys) : undefined;
}
