/** A text for people that ends with … where it was longer than `length` characters. Never for values of records. */
export function clip(text: string, length: number): string {
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\uFFFD');
  if (wellFormed.length <= length) return wellFormed;
  const characters = [...wellFormed];
  return characters.length <= length ? wellFormed : `${characters.slice(0, length - 1).join('')}…`;
}
