import { billingOf } from './billing.ts';
import type { OrderToCash, OrderToCashFacts } from './facts.ts';
import { fulfilmentOf } from './fulfilment.ts';
import { quantitiesOf } from './quantities.ts';
import { settlementOf } from './settlement.ts';
import { stageOf } from './stage.ts';

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
