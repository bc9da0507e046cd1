import { BadRequest } from '../serving/serve-http.ts';
import type { EdmType, EntityType, ErpRow, PropertyValue } from './entity-types.ts';

type Predicate = (row: ErpRow) => boolean;

const TOKEN =
  /\s*(?:(\(|\)|,)|'((?:[^']|'')*)'|(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(\d{4}-\d\d-\d\d)|(-?\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*))/y;

interface Token {
  kind: 'mark' | 'string' | 'instant' | 'date' | 'number' | 'word';
  text: string;
}

const kinds = ['mark', 'string', 'instant', 'date', 'number', 'word'] as const;

/** A `$filter` of comparisons (`eq ne gt ge lt le in`) joined by `and`, `or`, `not` and parentheses, as a function. */
export function compileFilter(filter: string, type: EntityType): Predicate {
  const tokens = tokenize(filter);
  let at = 0;

  const peek = () => tokens[at];
  const take = (text: string) => {
    if (peek()?.text !== text) fail(`expected '${text}'`);
    at++;
  };
  function fail(why: string): never {
    const got = peek();
    throw new BadRequest(`Invalid $filter: ${why}, got ${got ? `'${got.text}'` : 'its end'}.`);
  }

  function either(): Predicate {
    let left = both();
    while (peek()?.text === 'or') {
      at++;
      const [first, second] = [left, both()];
      left = (row) => first(row) || second(row);
    }
    return left;
  }

  function both(): Predicate {
    let left = term();
    while (peek()?.text === 'and') {
      at++;
      const [first, second] = [left, term()];
      left = (row) => first(row) && second(row);
    }
    return left;
  }

  function term(): Predicate {
    if (peek()?.text === 'not') {
      at++;
      const inner = term();
      return (row) => !inner(row);
    }
    if (peek()?.kind === 'mark' && peek()?.text === '(') {
      at++;
      const inner = either();
      take(')');
      return inner;
    }
    return comparison();
  }

  function comparison(): Predicate {
    const property = peek();
    if (property?.kind !== 'word') return fail('expected a property');
    const edm = type.properties[property.text];
    if (!edm) throw new BadRequest(`Could not find a property named '${property.text}' on type 'sales.${type.name}'.`);
    at++;
    const operator = peek()?.text ?? '';
    at++;
    if (operator === 'in') {
      take('(');
      const values = new Set<string | number | boolean | null>();
      for (;;) {
        values.add(literal(edm));
        if (peek()?.text !== ',') break;
        at++;
      }
      take(')');
      return (row) => values.has(comparable(row[property.text], edm));
    }
    const test = operators[operator];
    if (!test) {
      at--;
      return fail('expected eq, ne, gt, ge, lt, le or in');
    }
    const value = literal(edm);
    return (row) => test(comparable(row[property.text], edm), value);
  }

  function literal(edm: EdmType): string | number | boolean | null {
    const token = peek();
    if (!token) return fail('expected a value');
    at++;
    if (token.kind === 'word' && token.text === 'null') return null;
    if (token.kind === 'word' && edm === 'Edm.Boolean') return token.text === 'true';
    if (token.kind !== literalOf[edm]) {
      at--;
      return fail(`expected a value of type ${edm}`);
    }
    return edm === 'Edm.Decimal'
      ? Number(token.text)
      : edm === 'Edm.DateTimeOffset'
        ? fullInstant(token.text)
        : token.text;
  }

  const predicate = either();
  if (peek()) fail('expected its end');
  return predicate;
}

const literalOf: Readonly<Record<EdmType, Token['kind']>> = {
  'Edm.String': 'string',
  'Edm.Decimal': 'number',
  'Edm.Date': 'date',
  'Edm.DateTimeOffset': 'instant',
  'Edm.Boolean': 'word',
};

type Comparable = string | number | boolean | null;

/** Nothing is greater or less than null. */
const operators: Readonly<Record<string, (a: Comparable, b: Comparable) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  gt: (a, b) => a !== null && b !== null && a > b,
  ge: (a, b) => a !== null && b !== null && a >= b,
  lt: (a, b) => a !== null && b !== null && a < b,
  le: (a, b) => a !== null && b !== null && a <= b,
};

/** A property's value in the form in which values of its type compare. */
export function comparable(value: PropertyValue | ErpRow[] | undefined, edm: EdmType | undefined): Comparable {
  if (value === undefined || value === null || Array.isArray(value)) return null;
  return edm === 'Edm.Decimal' ? Number(value) : value;
}

/** `2025-01-11T14:52:16.7+01:00` → `2025-01-11T13:52:16.700000Z`: rows carry that form, so text compares as time. */
function fullInstant(text: string): string {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const seconds = new Date(Math.floor(Date.parse(text.replace(/\.\d+/, '')) / 1_000) * 1_000);
  if (Number.isNaN(seconds.getTime())) throw new BadRequest(`Invalid $filter: '${text}' is no moment in time.`);
  return `${seconds.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}

function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < filter.trimEnd().length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(filter);
    if (!match) throw new BadRequest(`Invalid $filter: syntax error at position ${start}.`);
    const index = kinds.findIndex((_, i) => match[i + 1] !== undefined);
    const kind = kinds[index] ?? 'word';
    const text = match[index + 1] ?? '';
    tokens.push({ kind, text: kind === 'string' ? text.replaceAll("''", "'") : text });
  }
  return tokens;
}
