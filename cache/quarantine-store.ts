/** A record that did not fit, as it came, with the reason. */
export interface QuarantinedRecord {
  id: string;
  system: string;
  stream: string;
  key: string;
  version: string | null;
  runId: string | null;
  code: string;
  message: string;
  /** JSON text. */
  raw: string;
  firstSeenAt: string;
  lastSeenAt: string;
}

export interface QuarantineRequest {
  system?: string;
  stream?: string;
  first: number;
  /** The id of the last record of the page before. */
  after?: string | null;
}

export interface QuarantineStore {
  /** Ordered by id. */
  list(request: QuarantineRequest): Promise<QuarantinedRecord[]>;
  count(request: { system?: string; stream?: string }): Promise<number>;
  /** The record with this id, or null. */
  get(id: string): Promise<QuarantinedRecord | null>;
}
