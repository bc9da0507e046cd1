const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
] as const;

/** Seconds for people, in the two greatest units that say something: `8s`, `4m 10s`, `3h`, `12d 6h`; `-2d` of a time to come. */
export function ageText(seconds: number | null): string {
  if (seconds === null) return 'never';
  if (seconds < 0) return `-${ageText(-seconds)}`;
  for (const [index, [unit, size]] of units.entries()) {
    if (seconds < size) continue;
    const [nextUnit, nextSize] = units[index + 1] ?? ['s', 1];
    const rest = Math.floor((seconds % size) / nextSize);
    return `${Math.floor(seconds / size)}${unit}${rest > 0 ? ` ${rest}${nextUnit}` : ''}`;
  }
  return `${Math.floor(seconds)}s`;
}
