const colours: Record<string, string> = {
  debug: '\u001b[90m',
  info: '\u001b[36m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
};
const reset = '\u001b[0m';
const grey = '\u001b[90m';

/** One JSON log line as a person reads it: `10:14:03 WARN the message  code=SOURCE_UNREACHABLE source=erp`. */
export function formatForTerminal(line: string): string {
  const parsed = parse(line);
  if (!parsed) return line;
  const { level, time, msg, err, ...fields } = parsed;
  const { stack, ...error } = typeof err === 'object' && err !== null ? (err as Record<string, unknown>) : { err };
  const label = String(level);
  const details = Object.entries({ ...fields, ...error })
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const head = `${grey}${String(time).slice(11, 19)}${reset} ${colours[label] ?? ''}${label.toUpperCase()}${reset}`;
  const tail = details.length > 0 ? `  ${grey}${details.join(' ')}${reset}` : '';
  return `${head} ${String(msg ?? '')}${tail}\n${typeof stack === 'string' ? `${stack}\n` : ''}`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
