import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { HubError } from '../errors.ts';
import { isLoopback } from '../loopback.ts';
import { fillEnvironment } from './environment-references.ts';
import { unknownSystems } from './known-systems.ts';
import { applyPresets } from './presets.ts';
import { hubSettings, type Settings, type SourceSettings, sourceName } from './settings.ts';
import { plainIssues, problemsOf } from './settings-problems.ts';
import { nodeAt, type Problem, plainOf, readYamlTree, type YamlTree } from './yaml-tree.ts';

export interface LoadSettings<S extends SourceSettings> {
  /** Path of the settings file; also how messages name it. */
  file: string;
  env: Readonly<Record<string, string | undefined>>;
  /** The union of the connector kinds' own source settings. */
  sourceSchema: z.ZodType<S>;
  presetsFolder: string;
}

/**
 * Reads, completes, validates and freezes the settings. Throws `HubError` SETTINGS_NOT_FOUND, SETTINGS_INVALID or
 * SECRET_MISSING; the message lists every problem with its file, line and column.
 */
export function loadSettings<S extends SourceSettings>(options: LoadSettings<S>): Settings<S> {
  const { file, env, sourceSchema, presetsFolder } = options;
  const read = readYamlTree(readText(file), file);
  if ('problems' in read) throw refusal(file, read.problems);
  const { tree } = read;
  if (tree.type !== 'map') {
    const message = 'expected a map of settings with at least "sources:"; docs/configuration.md has an example.';
    throw refusal(file, [{ place: tree.place, path: [], message }]);
  }

  const early = [...applyPresets(tree, presetsFolder), ...fillEnvironment(tree, env)];
  const schema = settingsSchema(sourceSchema);
  const checked = validate(schema, tree);
  const late = checked.success ? [] : problemsOf(checked.error.issues, tree, schema);
  const problems = [...early, ...late.filter(({ path }) => !early.some((known) => startsWith(path, known.path)))];
  if (problems.length > 0 || !checked.success) throw refusal(file, problems);
  return deepFreeze(checked.data);
}

/** The schema of the whole file, for one union of source settings. */
export function settingsSchema<S extends SourceSettings>(sourceSchema: z.ZodType<S>): z.ZodType<Settings<S>> {
  const schema = hubSettings
    .extend({ sources: z.record(sourceName, sourceSchema) })
    .superRefine(({ gateway: { timeout, freshnessDeadline } }, context) => {
      if (freshnessDeadline === undefined || freshnessDeadline < timeout) return;
      const message = `expected less than gateway.timeout (${timeout} ms), got ${freshnessDeadline} ms: an answer has to be made after the wait.`;
      context.addIssue({ code: 'custom', path: ['gateway', 'freshnessDeadline'], message });
    })
    .superRefine(({ sources, services }, context) => {
      for (const name of Object.keys(services)) {
        if (name !== 'hub' && !Object.hasOwn(sources, name)) continue;
        const message = `expected a name that no source has and that is not "hub", got "${name}": errors say by it who failed.`;
        context.addIssue({ code: 'custom', path: ['services', name], message });
      }
    })
    .superRefine(({ sources, identity, zones }, context) => {
      for (const issue of unknownSystems({ sources, identity, zones })) context.addIssue({ code: 'custom', ...issue });
    })
    .superRefine(({ access, gateway: { host, allowUnauthenticatedNetwork } }, context) => {
      if (access || allowUnauthenticatedNetwork || isLoopback(host)) return;
      const advice =
        'configure access, use 127.0.0.1, or set allowUnauthenticatedNetwork: true where the network keeps strangers out';
      const message = `everybody who reaches "${host}" could read everything, because no login is asked for: ${advice}.`;
      context.addIssue({ code: 'custom', path: ['gateway', 'host'], message });
    });
  return schema as unknown as z.ZodType<Settings<S>>;
}

/** Validates; where a value of the environment is text and a number or flag is expected, reads it as one. */
function validate<S>(schema: z.ZodType<S>, tree: YamlTree) {
  const input = plainOf(tree);
  const first = schema.safeParse(input);
  if (first.success) return first;
  const reread = plainIssues(first.error.issues, input).filter((issue) => {
    const node = issue.code === 'invalid_type' ? nodeAt(tree, issue.path.map(String)) : undefined;
    if (issue.code !== 'invalid_type' || node?.type !== 'scalar' || !node.substituted) return false;
    const value = readAs(issue.expected, String(node.value).trim());
    if (value === undefined) return false;
    node.value = value;
    return true;
  });
  return reread.length > 0 ? schema.safeParse(plainOf(tree)) : first;
}

function readAs(expected: string, text: string): number | boolean | undefined {
  if (expected === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (expected !== 'number' && expected !== 'int') return undefined;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    const advice = 'Name another with --settings, or start from the example in docs/configuration.md.';
    throw new HubError('SETTINGS_NOT_FOUND', `The settings file ${file} ${reason}. ${advice}`, { cause });
  }
}

function refusal(file: string, problems: readonly Problem[]): HubError {
  const lines = [...problems].sort(byPlace(file)).map(({ place, path, message }) => {
    const where = `${place.file}:${place.line}:${place.column}`;
    const line = path.length === 0 ? `${where}: ${message}` : `${where} ${path.join('.')}: ${message}`;
    // What the file holds may go over several lines (a block of text, a quoted key); a problem is one line.
    return line.replaceAll(/\s*[\n\r\u2028\u2029]\s*/g, '\u23ce');
  });
  const code = problems.every((problem) => problem.missingSecret) ? 'SECRET_MISSING' : 'SETTINGS_INVALID';
  const text = lines.length === 1 ? lines.join('') : `${lines.length} problems:\n  ${lines.join('\n  ')}`;
  return new HubError(code, text);
}

/** The user's own file first, then by line. */
function byPlace(file: string) {
  return (a: Problem, b: Problem) =>
    Number(a.place.file !== file) - Number(b.place.file !== file) ||
    a.place.line - b.place.line ||
    a.place.column - b.place.column;
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.length > 0 && prefix.every((step, index) => path[index] === step);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
