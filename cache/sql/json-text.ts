import type { JsonObject, JsonValue } from '../../schema/json.ts';

/** JSON with every digit and in the order the source wrote. */
export function jsonText(value: JsonValue): string {
  return written(value, Object.keys);
}

/** JSON with every digit the source wrote and the fields in the order of their names: one text for equal data. */
export function canonicalJson(value: JsonValue): string {
  return written(value, (object) => Object.keys(object).sort());
}

type FieldsOf = (object: JsonObject) => string[];

/** Joined at the end: a text that was added up keeps all its pieces as long as it lives itself, which is a page's time. */
function written(value: JsonValue, fieldsOf: FieldsOf): string {
  const pieces: string[] = [];
  write(value, fieldsOf, pieces);
  return pieces.join('');
}

function write(value: JsonValue, fieldsOf: FieldsOf, pieces: string[]): void {
  if (typeof value === 'string') pieces.push(quoted(value));
  else if (value === null || typeof value !== 'object') pieces.push(JSON.stringify(value));
  else if (Array.isArray(value)) writeList(value, fieldsOf, pieces);
  else if (isNumber(value)) pieces.push(value.toString());
  else writeObject(value, fieldsOf, pieces);
}

function writeList(list: JsonValue[], fieldsOf: FieldsOf, pieces: string[]): void {
  let before = '[';
  for (const element of list) {
    pieces.push(before);
    write(element, fieldsOf, pieces);
    before = ',';
  }
  pieces.push(list.length === 0 ? '[]' : ']');
}

function writeObject(object: JsonObject, fieldsOf: FieldsOf, pieces: string[]): void {
  let before = '{';
  for (const name of fieldsOf(object)) {
    pieces.push(before, quoted(name), ':');
    write(object[name] ?? null, fieldsOf, pieces);
    before = ',';
  }
  pieces.push(before === '{' ? '{}' : '}');
}

/** As JSON.stringify, which costs several times as much where there is nothing to escape. */
function quoted(text: string): string {
  return mustBeEscaped.test(text) ? JSON.stringify(text) : `"${text}"`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them.
const mustBeEscaped = /[\u0000-\u001f"\\\ud800-\udfff]/;

function isNumber(value: JsonValue): value is Exclude<JsonValue, string | boolean | null | JsonValue[] | JsonObject> {
  return typeof value === 'object' && value !== null && 'isLosslessNumber' in value && value.isLosslessNumber === true;
}
