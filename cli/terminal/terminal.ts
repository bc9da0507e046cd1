/** Where a command writes: results on standard output, everything about getting there on standard error. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Standard error is a terminal, so that progress may move. */
  readonly moving: boolean;
  /** How wide it is; null where texts go into a file or another command. */
  columns(stream: 'out' | 'err'): number | null;
}

export const terminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  moving: process.stderr.isTTY === true,
  columns: (stream) => (stream === 'out' ? process.stdout : process.stderr).columns ?? null,
};

/** Columns as wide as their widest cell; numbers to the right. Empty text for no rows. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  if (rows.length === 0) return '';
  const cells = [headings, ...rows.map((row) => row.map((cell) => textOf(cell)))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const isNumber = headings.map((_, column) => rows.every((row) => typeof (row[column] ?? 0) === 'number'));
  return cells
    .map((row) =>
      widths
        .map((width, column) => {
          const cell = row[column] ?? '';
          return isNumber[column] ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function textOf(cell: string | number | null): string {
  return typeof cell === 'number' ? cell.toLocaleString('en-US') : (cell ?? '-');
}
