import type { KnownSource } from '../../../connectors/kinds.ts';
import type { Truth } from './truth.ts';

export const protocols = ['odata-v2', 'odata-v4', 'rest', 'json-rpc', 'sql'] as const;
export type Protocol = (typeof protocols)[number];

/** A source of one protocol over a truth: a real server, or a real database. */
export interface Landscape {
  /** How the hub is told to read it, by the version of the mapping that is in force. */
  settings(options: SourceOptions): KnownSource;
  /** Brings the truth to where the source reads it, where that is not the truth itself. */
  publish(): Promise<void>;
  /** What goes wrong on the wire from now on; an empty list is a quiet network. */
  disturb(faults: readonly WireFault[]): void;
  stop(): Promise<void>;
}

export interface SourceOptions {
  /** The second version of the mapping writes other statuses. */
  mapping: 1 | 2;
  /** Longest silence before the hub gives up. */
  timeout: string;
  lookback?: string;
}

/** One thing that goes wrong, at the nth request from when it was set on, and at those after it. */
export interface WireFault {
  at: number;
  times: number;
  is: WireFaultKind;
}

export type WireFaultKind =
  | 'reset'
  | 'reset in the answer'
  | 'hang'
  | 'cut off'
  | 'login page'
  | 'not gzip'
  | 'same page again'
  | 'nothing there'
  | { status: number; retryAfter?: string };

export interface LandscapeOptions {
  truth: Truth;
  /** Ways a protocol can be spoken: which paging, which kind of database. */
  flavour: string;
}

/** How the two streams are mapped, whatever the protocol. */
export function recordsOf(mapping: SourceOptions['mapping']) {
  return {
    partners: [
      {
        entity: 'party',
        fields: { kind: { const: 'ORGANIZATION' }, displayName: 'name', taxId: 'tax', email: 'mail' },
      },
      {
        entity: 'contactPoint',
        when: 'mail != null',
        fields: { partyId: 'id', kind: { const: 'EMAIL' }, raw: 'mail' },
      },
    ],
    orders: [
      {
        entity: 'order',
        fields: {
          status: { const: mapping === 1 ? 'CONFIRMED' : 'PROCESSING' },
          orderNumber: 'number',
          partyId: 'partner',
          totalAmount: 'total',
          orderDate: 'day',
        },
      },
    ],
  };
}

/** The fields of each stream besides key and stamps; all of them text, or null. */
export const fieldNames = { partners: ['name', 'tax', 'mail'], orders: ['number', 'partner', 'total', 'day'] } as const;
