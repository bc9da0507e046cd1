import { type GraphQLScalarTypeConfig, Kind, type ValueNode } from 'graphql';
import { HubError } from '../../config/errors.ts';
import { DATE_PATTERN, INSTANT_PATTERN } from '../../schema/time.ts';

/** How a scalar of `schema/shared.graphql` travels; name and description are there. */
type Scalar = Pick<GraphQLScalarTypeConfig<unknown, unknown>, 'serialize' | 'parseValue' | 'parseLiteral'>;

/** A scalar that travels as a string; `read` makes the canonical form of an input or throws. */
function textScalar(name: string, read: (text: string) => string): Scalar {
  const parse = (value: unknown): string => {
    if (typeof value !== 'string') {
      throw new HubError('BAD_USER_INPUT', `Expected a ${name} as a string, got ${JSON.stringify(value)}.`);
    }
    return read(value);
  };
  return {
    serialize: (value) => value,
    parseValue: parse,
    parseLiteral: (node: ValueNode) =>
      parse(node.kind === Kind.STRING ? node.value : 'value' in node ? Number(node.value) : node.kind),
  };
}

function expected(name: string, form: string, text: string): HubError {
  return new HubError('BAD_USER_INPUT', `Expected a ${name}, ${form}; got "${text}".`);
}

const decimal = textScalar('Decimal', (text) => {
  if (!/^-?\d{1,15}(\.\d{1,4})?$/.test(text)) {
    throw expected('Decimal', 'at most 15 digits and 4 behind the point, such as "51006.16"', text);
  }
  return text;
});

/** JavaScript takes 30 February for 2 March. */
function isDay(text: string): boolean {
  return DATE_PATTERN.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

const date = textScalar('Date', (text) => {
  if (!isDay(text)) throw expected('Date', 'a day there is, YYYY-MM-DD', text);
  return text;
});

/** RFC 3339 with any zone and any precision; finer than a microsecond is cut off. */
const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;

const instant = textScalar('Instant', (text) => {
  const [, day = '', time = '', fraction = '', zone = ''] = rfc3339.exec(text) ?? [];
  const milliseconds = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  if (!isDay(day) || Number.isNaN(milliseconds)) throw expected('Instant', 'such as 2026-03-01T09:30:00Z', text);
  const seconds = new Date(milliseconds).toISOString().slice(0, 19);
  const canonical = `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
  if (!INSTANT_PATTERN.test(canonical)) throw expected('Instant', 'such as 2026-03-01T09:30:00Z', text);
  return canonical;
});

const json: Scalar = { serialize: (value) => value };

export const scalars = { Decimal: decimal, Date: date, Instant: instant, JSON: json };
