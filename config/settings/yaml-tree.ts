import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml';

/** Where something stands in a file. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

export interface YamlMap {
  type: 'map';
  place: Place;
  entries: Map<string, { keyPlace: Place; value: YamlTree }>;
}

export interface YamlList {
  type: 'list';
  place: Place;
  items: YamlTree[];
}

export interface YamlScalar {
  type: 'scalar';
  place: Place;
  value: string | number | boolean | null;
  /** As written in the file, before environment references were filled in: what messages may show. */
  written: string;
  /** Holds a value of the environment: never shown, and read as a number or a flag where one is expected. */
  substituted: boolean;
}

/** A YAML document in which every value knows its place, whichever file it was merged from. */
export type YamlTree = YamlMap | YamlList | YamlScalar;

/** What is wrong, and where. */
export interface Problem {
  place: Place;
  /** Where in the settings, such as `sources.crm.url`; empty for syntax. */
  path: readonly string[];
  message: string;
  /** The problem is nothing but a variable that is not set. */
  missingSecret?: boolean;
}

/** Aliases may repeat a node, or hold themselves; more or deeper than this is a document made to explode. */
const MAX_NODES = 200_000;
const MAX_DEPTH = 100;

/** Reads a YAML text; a text with syntax problems gives those and no tree. */
export function readYamlTree(text: string, file: string): { tree: YamlTree } | { problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faults = telling([...document.errors, ...document.warnings]);
  if (faults.length > 0) {
    return {
      problems: faults.map((fault) => {
        const place = placeAt(fault.pos[0]);
        return { place, path: [], message: syntax(fault.message, text.split('\n')[place.line - 1]) };
      }),
    };
  }

  let nodes = 0;
  const convert = (node: ParsedNode | Node | null, around: Place, depth: number): YamlTree => {
    const place = node?.range ? placeAt(node.range[0]) : around;
    nodes += 1;
    if (nodes > MAX_NODES) throw new Unreadable(place, `more than ${MAX_NODES} values unfold here; use fewer aliases.`);
    if (depth > MAX_DEPTH) throw new Unreadable(place, `values lie more than ${MAX_DEPTH} deep in one another here.`);
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (!target) throw new Unreadable(place, `*${node.source} names no anchor; write &${node.source} before it.`);
      return convert(target, place, depth + 1);
    }
    if (isSeq<Node>(node)) {
      return { type: 'list', place, items: node.items.map((item) => convert(item, place, depth + 1)) };
    }
    if (isMap<Node, Node | null>(node)) {
      const tree: YamlMap = { type: 'map', place, entries: new Map() };
      for (const pair of node.items) {
        const keyPlace = pair.key.range ? placeAt(pair.key.range[0]) : place;
        const value = convert(pair.value, keyPlace, depth + 1);
        const key = keyText(pair.key);
        if (key === '<<') mergeUnder(tree, value);
        else tree.entries.set(key, { keyPlace, value });
      }
      return tree;
    }
    const scalar = isScalar(node) ? node : null;
    const value = scalarValue(scalar);
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new Unreadable(place, `${scalar?.source} has more digits than a number holds; put quotes around it.`);
    }
    return { type: 'scalar', place, value, written: scalar?.source ?? String(value), substituted: false };
  };

  try {
    return { tree: convert(document.contents, { file, line: 1, column: 1 }, 0) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { problems: [{ place: error.place, path: [], message: error.message }] };
  }
}

class Unreadable extends Error {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}

/** The tree as plain values, for validation. */
export function plainOf(tree: YamlTree): unknown {
  switch (tree.type) {
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(plainOf);
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plainOf(value)]));
  }
}

/** The node at a path, or undefined. */
export function nodeAt(tree: YamlTree, path: readonly string[]): YamlTree | undefined {
  let node: YamlTree | undefined = tree;
  for (const step of path) {
    if (node?.type === 'map') node = node.entries.get(step)?.value;
    else if (node?.type === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** Where a path stands; for a path that is not there, the place of the nearest thing around it. */
export function placeOf(tree: YamlTree, path: readonly string[]): Place {
  let node = tree;
  let place = tree.place;
  for (const step of path) {
    if (node.type === 'map') {
      const entry = node.entries.get(step);
      if (!entry) return place;
      place = entry.keyPlace;
      node = entry.value;
    } else if (node.type === 'list') {
      const item = node.items[Number(step)];
      if (!item) return place;
      place = item.place;
      node = item;
    } else return place;
  }
  return place;
}

/** Calls `visit` for every scalar with its path. */
export function eachScalar(
  tree: YamlTree,
  visit: (scalar: YamlScalar, path: readonly string[]) => void,
  path: readonly string[] = [],
): void {
  if (tree.type === 'scalar') visit(tree, path);
  else if (tree.type === 'list')
    tree.items.forEach((item, index) => void eachScalar(item, visit, [...path, `${index}`]));
  else for (const [key, { value }] of tree.entries) eachScalar(value, visit, [...path, key]);
}

/** YAML's `<<`: entries that are not there yet. */
function mergeUnder(map: YamlMap, from: YamlTree): void {
  const sources = from.type === 'list' ? from.items : [from];
  for (const source of sources) {
    if (source.type !== 'map') continue;
    for (const [key, entry] of source.entries) if (!map.entries.has(key)) map.entries.set(key, entry);
  }
}

/** Keys are text as written: `00: NEW` in an enum table is the source value "00", not the number 0. */
function keyText(key: Node): string {
  if (isScalar(key)) return key.type === 'PLAIN' ? (key.source ?? String(key.value)) : String(key.value);
  return String(key);
}

function scalarValue(scalar: Scalar | null): string | number | boolean | null {
  const value: unknown = scalar?.value ?? null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null ? null : String(value);
}

/** After the first fault of syntax the rest is echo; keys given twice are faults of their own. */
function telling(faults: readonly (YAMLParseError | YAMLWarning)[]): (YAMLParseError | YAMLWarning)[] {
  const first = faults.find(({ code }) => code !== 'DUPLICATE_KEY');
  return faults.filter((fault) => fault === first || fault.code === 'DUPLICATE_KEY');
}

function syntax(message: string, line = ''): string {
  const unquoted = /[[{].*[^"'\w]\$\{/.test(line) ? ' Inside { } and [ ], a value with "$" needs quotes.' : '';
  return `not valid YAML: ${message.trim()}.${unquoted}`;
}
