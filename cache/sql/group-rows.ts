/** Rows (or what is made of them) by the text of one column, in the order they came. */
export function rowsBy<R extends object, T>(
  rows: readonly R[],
  column: keyof R,
  make: (row: R) => T,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = String(row[column]);
    const group = groups.get(key);
    if (group) group.push(make(row));
    else groups.set(key, [make(row)]);
  }
  return groups;
}
