import type { Cache } from '../../../cache/database/database.ts';
import { createLog } from '../../../config/observability/log.ts';
import { hubSettings } from '../../../config/settings/settings.ts';
import type { Connector } from '../../../connectors/connector.ts';
import { connect, type KnownSource } from '../../../connectors/kinds.ts';
import type { StreamRequest } from '../../../sync-jobs/pass/sync-run.ts';
import type { ReconcileRun } from '../../../sync-jobs/reconcile/reconcile.ts';
import { type Editor, editTruth } from '../landscape/edit-truth.ts';
import type { Landscape, Protocol } from '../landscape/landscape.ts';
import { createProcessImage, type Fate, type ProcessImage } from '../process-image.ts';

/** A source, its truth and a cache, on the way through a history. */
export interface Play {
  protocol: Protocol;
  cache: Cache;
  landscape: Landscape;
  editor: Editor;
  system: string;
  /** The version of the mapping in force. */
  mapping: 1 | 2;
  /** How the jobs ended: outcome or error code → how often. */
  outcomes: Map<string, number>;
  processes: number;
}

export interface ProcessLife {
  fate: Fate | null;
  timeout?: string;
  onSourceCall?: () => Promise<void>;
}

const log = createLog({ level: 'silent' });
const live = new AbortController().signal;

/** A process lives as long as its work; the network is quiet afterwards. */
export async function withProcess(
  play: Play,
  { timeout = '20s', ...life }: ProcessLife,
  work: (process: ProcessImage, source: KnownSource) => Promise<void>,
): Promise<void> {
  const { cache, landscape, system, mapping } = play;
  play.processes += 1;
  const source = landscape.settings({ mapping, timeout });
  const connector = withClock(connect({ system, settings: source }), play);
  try {
    await work(createProcessImage({ cache, connector, ...life }), source);
  } finally {
    landscape.disturb([]);
    await connector.close();
  }
}

/** A database tells the clock of the machine it runs on; that of this source is the truth's. */
function withClock(connector: Connector, { protocol, editor }: Play): Connector {
  if (protocol !== 'sql') return connector;
  const now = async (signal: AbortSignal) => {
    await connector.now(signal);
    return `${editor.truth.now().slice(0, 26)}Z`;
  };
  return { ...connector, now };
}

export function requestOf(
  { system, processes }: Play,
  { cache, connector }: ProcessImage,
  source: KnownSource,
  stream: string,
): Omit<StreamRequest, 'onProgress'> {
  const identity = hubSettings.parse({}).identity;
  const owner = `process ${processes}`;
  return { system, stream, source, connector, cache, identity, priorities: {}, owner, log, signal: live };
}

export async function edit({ editor, landscape }: Play, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) editTruth(editor);
  await landscape.publish();
}

/** What a process left held is free when its time is over; here that time passes at once. */
export async function expireLeases({ cache, system }: Play): Promise<void> {
  await cache.execute('UPDATE stream_states SET lease_expires_at = NULL WHERE `system` = ?', [system]);
}

export function nameOf(run: ReconcileRun): string {
  return run.outcome === 'FAILED' ? run.error.code : run.outcome;
}
