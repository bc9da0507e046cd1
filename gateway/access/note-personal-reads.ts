import { createHash } from 'node:crypto';
import { type DocumentNode, getOperationAST, print } from 'graphql';
import type { AccessAuditStore } from '../../cache/access/access-audit-store.ts';
import type { CustomerStore } from '../../cache/records/customer-store.ts';
import { instantOf } from '../../schema/time.ts';
import type { Viewer } from './viewer.ts';

const FORGET_EVERY = 3_600_000;

export interface PersonalReads {
  viewer: Viewer;
  /** Customers and parties whose personal data is in the answer. */
  personal: ReadonlySet<string>;
  document: DocumentNode;
  operationName: string | null | undefined;
  requestId: string | null;
}

/**
 * Writes down who read whose personal data, before the answer goes out: an answer that cannot be accounted for is not
 * given. Nothing is written where nobody is asked who they are.
 */
export function createPersonalReadNotes({
  audit,
  customers,
  kept,
  now = Date.now,
}: {
  audit: AccessAuditStore;
  customers: Pick<CustomerStore, 'linksOfParties'>;
  /** How long what is written down stays, in milliseconds. */
  kept: number;
  now?: () => number;
}): (reads: PersonalReads) => Promise<void> {
  let forgotten = 0;
  const hashes = new WeakMap<DocumentNode, string>();
  return async ({ viewer, personal, document, operationName, requestId }) => {
    if (personal.size === 0) return;
    const links = await customers.linksOfParties([...personal]);
    const named = new Set([...personal].map((id) => links.get(id)?.customerId ?? id));
    const hash = hashes.get(document) ?? createHash('sha256').update(print(document)).digest('hex');
    hashes.set(document, hash);
    await audit.note({
      viewer: viewer.name,
      operation: getOperationAST(document, operationName)?.name?.value ?? 'anonymous',
      operationHash: hash,
      requestId,
      customers: [...named],
      now: instantOf(now()),
    });
    if (now() - forgotten < FORGET_EVERY) return;
    forgotten = now();
    await audit.forget({ kept, now: instantOf(now()) });
  };
}
