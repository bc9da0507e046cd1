import type { OrderToCashFacts } from './facts.ts';

interface DocumentLine {
  orderId: string | null;
  orderLineId: string | null;
}

/**
 * Whether a line of a shipment, return or invoice belongs to the order: it names one of the order's lines, or the
 * order, or names neither and its document names the order.
 */
export function ownLineTest(facts: Pick<OrderToCashFacts, 'order' | 'lines'>) {
  const lineIds = new Set(facts.lines.map((line) => line.id));
  return (line: DocumentLine, documentOrderId: string | null | undefined): boolean => {
    if (line.orderLineId !== null && lineIds.has(line.orderLineId)) return true;
    return (line.orderId ?? documentOrderId) === facts.order.id;
  };
}
