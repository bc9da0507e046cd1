import type { Billing, Fulfilment, OrderFacts, Settlement, Stage } from './facts.ts';

export interface StageFacts {
  status: OrderFacts['status'];
  allCancelled: boolean;
  fulfilment: Fulfilment;
  billing: Billing;
  settlement: Settlement;
}

/**
 * The one stage over the three axes, first rule that holds:
 *
 * | Stage             | When                                                                                     |
 * | ----------------- | ---------------------------------------------------------------------------------------- |
 * | CANCELLED         | the order or all its lines were cancelled                                                |
 * | RETURNED          | all that was delivered came back                                                         |
 * | OVERDUE           | an open invoice was due before today                                                     |
 * | EXCEPTION         | goods were lost or held up and nothing was sent in their place                           |
 * | COMPLETE          | delivered and paid (or credited), or closed by its own system with nothing left open     |
 * | PARTIALLY_SHIPPED | some of the goods went out                                                               |
 * | PAID              | all that is billable is billed and paid, and goods are still to come or on their way     |
 * | INVOICED          | all that is billable is billed and not yet due                                           |
 * | DELIVERED         | all goods arrived, billing is not complete                                               |
 * | SHIPPED           | all goods are on their way, billing is not complete                                      |
 * | DRAFT             | a draft or quotation                                                                     |
 * | ORDERED           | everything else                                                                          |
 */
export function stageOf({ status, allCancelled, fulfilment, billing, settlement }: StageFacts): Stage {
  const settled = billing === 'CREDITED' || (billing === 'BILLED' && settlement === 'PAID');
  const untouched = fulfilment === 'NONE' && billing === 'NONE';

  if (status === 'CANCELLED' || allCancelled) return 'CANCELLED';
  if (fulfilment === 'RETURNED') return 'RETURNED';
  if (settlement === 'OVERDUE') return 'OVERDUE';
  if (fulfilment === 'EXCEPTION') return 'EXCEPTION';
  if (settled && (fulfilment === 'DELIVERED' || status === 'DONE')) return 'COMPLETE';
  if (untouched && status === 'DONE') return 'COMPLETE';
  if (fulfilment === 'PARTIAL') return 'PARTIALLY_SHIPPED';
  if (settled) return 'PAID';
  if (billing === 'BILLED') return 'INVOICED';
  if (fulfilment === 'DELIVERED' || fulfilment === 'SHIPPED') return fulfilment;
  return untouched && (status === 'DRAFT' || status === 'QUOTATION') ? 'DRAFT' : 'ORDERED';
}
