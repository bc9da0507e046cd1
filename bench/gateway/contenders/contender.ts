import type { CompanySize } from '../company.ts';

/** What every contender's process is told, as JSON in its first argument. */
export interface ContenderTask extends CompanySize {
  databaseUrl: string;
  /** Addresses of the subgraphs, for gateways. */
  subgraphs: Record<string, string>;
  /** Settings of the hub's gateway that this run is about. */
  gateway: Record<string, unknown>;
}

export function contenderTask(): ContenderTask {
  return JSON.parse(process.argv[2] ?? '{}') as ContenderTask;
}

/** Tells the benchmark where the contender answers. */
export function announce(url: string): void {
  process.stdout.write(`ready ${url}\n`);
}
