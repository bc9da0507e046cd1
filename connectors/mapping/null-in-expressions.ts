import type { Expression } from 'jsonata';

/** The operators whose sides are nothing where they are null; `=`, `!=`, `in`, `and` and `or` have a meaning for it. */
const operators = new Set(['&', '+', '-', '*', '/', '%', '<', '<=', '>', '>=', '..']);

/** The functions of JSONata that read a value; those a mapping defines for itself get what they are called with. */
const readers = new Set(
  `string length substring substringBefore substringAfter uppercase lowercase trim pad contains split match replace
  base64encode base64decode encodeUrl encodeUrlComponent decodeUrl decodeUrlComponent number abs floor ceil round power
  sqrt formatNumber formatBase formatInteger parseInteger fromMillis toMillis exists count keys spread each sift map
  filter reduce reverse distinct sort zip merge single`.split(/\s+/),
);

/** The functions that fail for a list with a null in it. */
const listReaders = new Set(['join', 'sum', 'max', 'min', 'average']);

const NULL_IS_NOTHING = 'nullIsNothing';
const NO_NULLS = 'noNulls';

/** A node of jsonata's tree. What else it has depends on its type; jsonata's own types leave most of it out. */
interface Node {
  type: string;
  value?: unknown;
  position?: unknown;
  [part: string]: unknown;
}

/**
 * JSONata writes null as the word "null" into a text, and fails on it in a sum or a function: one empty street would
 * put a whole customer aside. A field that is missing is nothing to the same operators and functions. So null is made
 * nothing on its way into them. Comparisons, conditions, `$not`, `$boolean` and `$type` see it as it is.
 */
export function letNullBeNothing(expression: Expression): void {
  visit(expression.ast(), new Set());
  expression.assign(NULL_IS_NOTHING, (value: unknown) => value ?? undefined);
  expression.assign(NO_NULLS, (value: unknown) =>
    Array.isArray(value) ? value.filter((one) => one !== null) : (value ?? undefined),
  );
}

function visit(node: unknown, seen: Set<object>): void {
  if (typeof node !== 'object' || node === null || seen.has(node)) return;
  seen.add(node);
  for (const part of Object.values(node)) visit(part, seen);
  if (isNode(node)) change(node);
}

function change(node: Node): void {
  switch (node.type) {
    case 'binary':
      if (!operators.has(String(node.value))) return;
      node.lhs = guarded(node.lhs);
      node.rhs = guarded(node.rhs);
      return;
    case 'unary':
      if (node.value === '-') node.expression = guarded(node.expression);
      return;
    case 'apply':
      if (guardOf(node.rhs)) node.lhs = guarded(node.lhs, guardOf(node.rhs));
      return;
    case 'function': {
      const guard = guardOf(node);
      if (guard && Array.isArray(node.arguments)) {
        node.arguments = node.arguments.map((argument: unknown) => guarded(argument, guard));
      }
      return;
    }
    case 'sort':
      for (const term of listOf(node.terms)) term.expression = guarded(term.expression);
      return;
    case 'path':
      changeSteps(listOf(node.steps));
      return;
  }
}

/** `street.$uppercase()`: a step that is a function gets no nulls from the step before. */
function changeSteps(steps: Record<string, unknown>[]): void {
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    if (!before || step.type !== 'function' || !guardOf(step)) continue;
    const isThere = {
      type: 'binary',
      value: '!=',
      lhs: { type: 'variable', value: '' },
      rhs: { type: 'value', value: null },
    };
    before.stages = [...listOf(before.stages), { type: 'filter', expr: isThere }];
  }
}

/** The guard that the values for a function go through, by its name; null for one that may get nulls. */
function guardOf(called: unknown): string | null {
  if (typeof called !== 'object' || called === null || !isNode(called)) return null;
  const named = called.type === 'variable' ? called : called.procedure;
  if (typeof named !== 'object' || named === null || !('value' in named)) return null;
  const name = String(named.value);
  return listReaders.has(name) ? NO_NULLS : readers.has(name) ? NULL_IS_NOTHING : null;
}

/** The node as the argument of a call that makes nothing of null. */
function guarded(node: unknown, guard: string | null = NULL_IS_NOTHING): unknown {
  if (guard === null || typeof node !== 'object' || node === null || !isNode(node)) return node;
  if (['string', 'number', 'regex', 'lambda', 'partial'].includes(node.type)) return node;
  const { position } = node;
  return {
    type: 'function',
    value: '(',
    position,
    procedure: { type: 'variable', value: guard, position },
    arguments: [node],
  };
}

function isNode(node: object): node is Node {
  return 'type' in node && typeof node.type === 'string';
}

function listOf(parts: unknown): Record<string, unknown>[] {
  return Array.isArray(parts) ? parts : [];
}
