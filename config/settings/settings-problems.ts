import type { z } from 'zod';
import { isSecretKey, redactText } from '../observability/redact.ts';
import { didYouMean } from './closest.ts';
import { knownKeys, valueAt } from './schema-walk.ts';
import { nodeAt, type Problem, placeOf, plainOf, type YamlTree } from './yaml-tree.ts';

type Issue = z.core.$ZodIssue;

/** What the schema finds wrong with the tree: every problem, at its place, in words. */
export function problemsOf(issues: readonly Issue[], tree: YamlTree, schema: z.core.$ZodType): Problem[] {
  const input = plainOf(tree);
  return plainIssues(issues, input).flatMap((issue): Problem[] => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, input, issue.path);
      return issue.keys.map((key) => {
        const at = [...path, key];
        return { place: placeOf(tree, at), path: at, message: `unknown key "${key}".${keyHint(key, known)}` };
      });
    }
    return [{ place: valuePlace(tree, path), path, message: sentence(issue, tree, input) }];
  });
}

/** Issues with every union replaced by what is wrong with the option that was most likely meant. */
export function plainIssues(issues: readonly Issue[], input: unknown): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const value = issue.path.reduce<unknown>(valueAt, input);
    const near = issue.errors
      .filter((option) => !option.some((inner) => inner.path.length === 0 && inner.code !== 'unrecognized_keys'))
      .map((option) => plainIssues(option, value))
      .sort((a, b) => weight(a) - weight(b))[0];
    return near ? near.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }) as Issue) : [issue];
  });
}

/** An option whose fixed word (`type: cursor`) does not fit was hardly meant. */
function weight(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'invalid_value' ? 10 : 1), 0);
}

function sentence(issue: Issue, tree: YamlTree, input: unknown): string {
  const path = issue.path.map(String);
  const value = issue.path.reduce<unknown>(valueAt, input);
  const got = describe(tree, path, value);
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeName(issue.expected)}, got ${got}.`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      return `expected ${oneOf(values)}, got ${got}.${hint(value, values)}`;
    }
    case 'invalid_union': {
      if (issue.errors.length === 0) {
        const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
        return `expected ${oneOf(options)}, got ${got}.${hint(value, options)}`;
      }
      const types = issue.errors.flat().flatMap((inner) => {
        if (inner.code === 'invalid_type') return [typeName(inner.expected)];
        return inner.code === 'invalid_value' ? inner.values.map((word) => `"${String(word)}"`) : [];
      });
      return `expected ${[...new Set(types)].join(' or ')}, got ${got}.`;
    }
    case 'too_small':
    case 'too_big':
      return `expected ${bound(issue)}, got ${got}.`;
    case 'invalid_key':
      return `${issue.issues.map((inner) => inner.message).join('; ')}, got "${path.at(-1) ?? ''}".`;
    case 'invalid_format':
      return `${issue.message}, got ${got}.`;
    default:
      return issue.message;
  }
}

/** A wrong key is pointed at itself, a wrong value at the value. */
function valuePlace(tree: YamlTree, path: readonly string[]) {
  const node = nodeAt(tree, path);
  return node?.type === 'scalar' ? node.place : placeOf(tree, path);
}

/** What was found, in words. Secrets and values of the environment are not shown. */
function describe(tree: YamlTree, path: readonly string[], value: unknown): string {
  const node = nodeAt(tree, path);
  if (node?.type === 'scalar' && node.substituted) return `the value of ${node.written}`;
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  const key = path.at(-1) ?? '';
  // `value` is what a login by header sends
  if (isSecretKey(key) || (path.at(-2) === 'auth' && key === 'value')) return `a ${typeof value} (not shown)`;
  return typeof value === 'string' ? `"${redactText(value).slice(0, 80)}"` : String(value);
}

function keyHint(key: string, known: readonly string[]): string {
  const near = didYouMean(key, known);
  return near || known.length === 0 ? near : ` Known here: ${known.join(', ')}.`;
}

function hint(value: unknown, values: readonly string[]): string {
  return typeof value === 'string' ? didYouMean(value, values) : '';
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? `"${values[0]}"` : `one of ${values.join(', ')}`;
}

function typeName(expected: string): string {
  return typeNames[expected] ?? `a ${expected}`;
}

const typeNames: Record<string, string> = {
  string: 'text',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  null: 'nothing',
};

function bound(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [word, limit] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum];
  const unit = boundUnits[issue.origin];
  return unit ? `${word} ${limit} ${unit}${limit === 1 ? '' : 's'}` : `a number of ${word} ${limit}`;
}

const boundUnits: Record<string, string> = { string: 'character', array: 'item', object: 'key' };
