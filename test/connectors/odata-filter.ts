/** What a literal or property of a filter comes to. */
type Value = string | number | null;
type Read = (property: string) => Value;

const TOKEN =
  /\s*(?:(datetimeoffset|datetime|time|guid)'([^']*)'|'((?:[^']|'')*)'|(-?\d+)[LM]?(?=[\s)]|$)|(\d{4}-[\d:.TZ+-]+)|(\d\d:\d\d:\d\d)|([()])|([\w/]+))/y;

interface Token {
  text: string;
  value?: Value;
}

/** A small reader of `$filter`: comparisons joined by `and`, `or` and parentheses, literals of v2 and v4. */
export function compileFilter(filter: string): (read: Read) => boolean {
  const tokens = [...tokensOf(filter)];
  let at = 0;

  function either(): (read: Read) => boolean {
    const terms = [both()];
    while (tokens[at]?.text === 'or') {
      at += 1;
      terms.push(both());
    }
    return (read) => terms.some((term) => term(read));
  }

  function both(): (read: Read) => boolean {
    const terms = [term()];
    while (tokens[at]?.text === 'and') {
      at += 1;
      terms.push(term());
    }
    return (read) => terms.every((inner) => inner(read));
  }

  function term(): (read: Read) => boolean {
    if (tokens[at]?.text === '(') {
      at += 1;
      const inner = either();
      if (tokens[at]?.text !== ')') throw new Error(`expected ) in ${filter}`);
      at += 1;
      return inner;
    }
    const [property, operator, literal] = tokens.slice(at, at + 3);
    at += 3;
    const compare = operators[operator?.text ?? ''];
    if (!property || !compare || literal?.value === undefined) throw new Error(`expected a comparison in ${filter}`);
    const { value } = literal;
    return (read) => compare(read(property.text), value);
  }

  const whole = either();
  if (at < tokens.length) throw new Error(`expected the end of ${filter}`);
  return whole;
}

function* tokensOf(filter: string): Generator<Token> {
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < filter.length) {
    const match = TOKEN.exec(filter);
    if (!match) throw new Error(`unreadable filter ${filter}`);
    const [, type, typed, text, number, stamp, clock, mark, word] = match;
    if (type !== undefined) yield { text: '', value: typed ?? '' };
    else if (text !== undefined) yield { text: '', value: text.replaceAll("''", "'") };
    else if (number !== undefined) yield { text: '', value: Number(number) };
    else if (stamp !== undefined || clock !== undefined) yield { text: '', value: stamp ?? clock ?? '' };
    else if (word === 'null') yield { text: '', value: null };
    else yield { text: mark ?? word ?? '' };
  }
}

const operators: Record<string, (a: Value, b: Value) => boolean> = {
  eq: (a, b) => order(a, b) === 0,
  ne: (a, b) => order(a, b) !== 0,
  gt: (a, b) => a !== null && b !== null && order(a, b) > 0,
  ge: (a, b) => a !== null && b !== null && order(a, b) >= 0,
  lt: (a, b) => a !== null && b !== null && order(a, b) < 0,
  le: (a, b) => a !== null && b !== null && order(a, b) <= 0,
};

/** Text by its bytes, nothing first; stamps of any fraction by time. */
export function order(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(sortable(String(a))), Buffer.from(sortable(String(b))));
}

function sortable(text: string): string {
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z?$/.test(text)) return text;
  const stamp = text.replace('Z', '');
  return stamp.includes('.') ? stamp.replace(/\.?0+$/, '') : stamp;
}
