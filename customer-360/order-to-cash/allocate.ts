import { maxUnits, minUnits, type Units, unitsOf } from '../exact-decimal.ts';
import type { OrderLineFacts } from './facts.ts';

export interface Movement {
  orderLineId: string | null;
  sku: string | null;
  quantity: Units;
}

/**
 * Spreads movements (shipped, returned, billed quantities) over the lines of an order, by line id where there is
 * one, else by article: the lines of that article are filled in order up to `capacity`, what is left goes on the
 * last. A movement of an article that was never ordered fills no line: it makes good for nothing that was.
 */
export function allocate(
  movements: readonly Movement[],
  lines: readonly OrderLineFacts[],
  capacity: (line: number) => Units,
): Units[] {
  const filled = lines.map(() => 0n);
  const indexOf = new Map(lines.map((line, index) => [line.id, index]));
  const add = (line: number, quantity: Units) => {
    filled[line] = (filled[line] ?? 0n) + quantity;
  };

  for (const movement of movements) {
    const named = movement.orderLineId === null ? undefined : indexOf.get(movement.orderLineId);
    if (named !== undefined) add(named, movement.quantity);
  }
  for (const movement of movements) {
    if (movement.orderLineId !== null && indexOf.has(movement.orderLineId)) continue;
    const candidates = candidatesFor(movement, lines);
    let left = movement.quantity;
    for (const line of candidates) {
      const room = capacity(line) - (filled[line] ?? 0n);
      const part = minUnits(maxUnits(0n, room), left);
      add(line, part);
      left -= part;
    }
    const last = candidates.at(-1);
    if (last !== undefined) add(last, left);
  }
  return filled;
}

function candidatesFor(movement: Movement, lines: readonly OrderLineFacts[]): number[] {
  const ordered = [...lines.keys()].filter((index) => unitsOf(lines[index]?.orderedQty) > 0n);
  if (movement.sku === null) return ordered;
  return ordered.filter((index) => lines[index]?.sku === movement.sku || lines[index]?.sku === null);
}
