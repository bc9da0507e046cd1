/** What one contender used for one question at one number of connections. */
export interface Measurement {
  contender: string;
  question: string;
  connections: number;
  requests: number;
  seconds: number;
  /** CPU milliseconds of the server's processes, and of what they made work. */
  server: number;
  beside: number;
}

/** One Markdown table a question and number of connections, rounds added up; ratios are to the hand-written SQL. */
export function tablesOf(measurements: readonly Measurement[], yardstick: string): string {
  const titles = [...new Set(measurements.map(titleOf))];
  return titles
    .map((title) => {
      const sums = summed(measurements.filter((each) => titleOf(each) === title));
      const unit = sums.find(({ contender }) => contender === yardstick);
      const lines = sums.map((sum) => lineOf(sum, unit));
      const head =
        '| contender | CPU ms: server | beside | in all | of hand-written | req/s |\n| --- | --: | --: | --: | --: | --: |';
      return `**${title}**\n\n${head}\n${lines.join('\n')}\n`;
    })
    .join('\n');
}

function titleOf({ question, connections }: Measurement): string {
  return `${question}, ${connections === 1 ? '1 connection' : `${connections} connections`}`;
}

function summed(measurements: readonly Measurement[]): Measurement[] {
  const sums = new Map<string, Measurement>();
  for (const each of measurements) {
    const sum = sums.get(each.contender);
    if (!sum) sums.set(each.contender, { ...each });
    else for (const field of ['requests', 'seconds', 'server', 'beside'] as const) sum[field] += each[field];
  }
  return [...sums.values()];
}

function lineOf(sum: Measurement, unit: Measurement | undefined): string {
  const cost = (milliseconds: number) => (milliseconds / sum.requests).toFixed(3);
  const all = (sum.server + sum.beside) / sum.requests;
  const ratio = unit ? (all / ((unit.server + unit.beside) / unit.requests)).toFixed(2) : '';
  const rate = Math.round(sum.requests / sum.seconds);
  return `| ${sum.contender} | ${cost(sum.server)} | ${cost(sum.beside)} | ${all.toFixed(3)} | ${ratio} | ${rate} |`;
}
