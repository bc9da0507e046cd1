/** How text is folded before it is searched: compatibility forms (full-width letters) made one, lower-case. */
function foldForSearch(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}

/** What a customer is found by: the folded values, each once, a line each. */
export function searchText(values: readonly (string | null)[]): string {
  const folded = values.map((value) => foldForSearch(value ?? '')).filter((value) => value !== '');
  return [...new Set(folded)].sort().join('\n');
}
