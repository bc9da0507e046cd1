import { billingOf } from './order-to-cash/billing.ts';
import type { OrderToCash, OrderToCashFacts } from './order-to-cash/facts.ts';
import { fulfilmentOf } from './order-to-cash/fulfilment.ts';
import { quantitiesOf } from './order-to-cash/quantities.ts';
import { settlementOf } from './order-to-cash/settlement.ts';
import { stageOf } from './order-to-cash/stage.ts';

/** The three axes of an order and the stage over them, from exact quantities and amounts, never from percentages. */
export function orderToCash(facts: OrderToCashFacts): OrderToCash {
  const quantities = quantitiesOf(facts);
  const fulfilment = fulfilmentOf(facts, quantities);
  const billing = billingOf(facts, quantities);
  const settlement = settlementOf(facts);
  const stage = stageOf({
    status: facts.order.status,
    allCancelled: quantities.allCancelled,
    fulfilment,
    billing,
    settlement,
  });
  return { fulfilment, billing, settlement, stage };
}
