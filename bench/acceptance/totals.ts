import { Decimal } from 'decimal.js';

/** What is counted or summed → its value as canonical text. */
export type Totals = Map<string, string>;

/** Adds to a sum or a count of the totals; exact. */
export function add(totals: Totals, name: string, amount: string | number): void {
  const sum = new Decimal(totals.get(name) ?? 0).plus(amount);
  totals.set(name, typeof amount === 'number' ? sum.toFixed() : sum.toFixed(2));
}

/** One line a total: what the hub shows beside what each witness says, and whether they all agree. */
export function compareTotals(shown: Totals, witnesses: Record<string, Totals>): { text: string; differences: number } {
  const names = [
    ...new Set([...shown.keys(), ...Object.values(witnesses).flatMap((totals) => [...totals.keys()])]),
  ].sort();
  const headings = ['total', 'hub', ...Object.keys(witnesses), 'equal'];
  let differences = 0;
  const rows = names.map((name) => {
    const said = Object.values(witnesses).map((totals) => totals.get(name));
    // A witness need not know every total, but what it knows has to be so.
    const told = said.filter((value) => value !== undefined);
    const equal = told.length > 0 && told.every((value) => value === (shown.get(name) ?? '0'));
    if (!equal) differences += 1;
    return [name, shown.get(name) ?? '-', ...said.map((value) => value ?? ''), equal ? 'yes' : 'NO'];
  });
  return { text: aligned([headings, ...rows]), differences };
}

function aligned(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map(line).join('\n');
}
