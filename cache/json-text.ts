import type { JsonObject, JsonValue } from '../schema/json.ts';

/** JSON with every digit and in the order the source wrote. */
export function jsonText(value: JsonValue): string {
  return write(value, Object.keys);
}

/** JSON with every digit the source wrote and the fields in the order of their names: one text for equal data. */
export function canonicalJson(value: JsonValue): string {
  return write(value, (object) => Object.keys(object).sort());
}

function write(value: JsonValue, fieldsOf: (object: JsonObject) => string[]): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((element) => write(element, fieldsOf)).join(',')}]`;
  if (isNumber(value)) return value.toString();
  let fields = '';
  for (const name of fieldsOf(value)) {
    fields += `${fields === '' ? '' : ','}${quoted(name)}:${write(value[name] ?? null, fieldsOf)}`;
  }
  return `{${fields}}`;
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
