export interface StreamError {
  /** `erp/orders` */
  name: string;
  code: string;
  message: string;
}

const INDENT = '  ';

/** What went wrong where, in full; an error that several streams met is said once. `columns`: wrapped to that width. */
export function describeErrors(errors: readonly StreamError[], columns: number | null): string {
  const met = new Map<string, string[]>();
  for (const { name, code, message } of errors) {
    const error = `${code}: ${message}`;
    met.set(error, [...(met.get(error) ?? []), name]);
  }
  return [...met].map(([error, names]) => `${names.join(', ')}\n${wrapped(error, columns)}`).join('\n');
}

/** The text in indented lines, broken between words; a word longer than a line stays whole. */
function wrapped(text: string, columns: number | null): string {
  const width = columns === null ? Number.POSITIVE_INFINITY : columns - INDENT.length;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => INDENT + line).join('\n');
}
