import { HubError } from '../../config/errors.ts';
import type { SourceSettings } from '../../config/settings/settings.ts';
import type { Connector, SourceRecord } from '../../connectors/connector.ts';
import { lookAtValues } from '../../connectors/mapping/look-at-values.ts';
import type { CheckLine } from './check-cache.ts';

/** Records that a sample has at most, and how long it is read, in milliseconds. */
const SAMPLE = 200;
const READ_WITHIN = 20_000;

interface CheckValues {
  system: string;
  source: SourceSettings;
  connector: Connector;
}

/**
 * What a sample of each stream makes of its mapping: fields that no record has, dates that stand for "not set", fill
 * rates and constant fields. A line a stream that has records.
 */
export async function checkValues(
  { system, source, connector }: CheckValues,
  signal: AbortSignal,
): Promise<CheckLine[]> {
  const lines: CheckLine[] = [];
  for (const [streamName, stream] of Object.entries(source.streams)) {
    const line = { source: system, probe: `${streamName}: values`, ok: true };
    try {
      const sample = await readSample(
        connector,
        streamName,
        AbortSignal.any([signal, AbortSignal.timeout(READ_WITHIN)]),
      );
      if (sample.length === 0) continue;
      const { suspicions, fillRates, constant } = await lookAtValues({ system, streamName, stream }, sample);
      const filled = `of ${sample.length} records: ${fillRates.join(', ') || 'no rows'}`;
      const same = constant.length === 0 ? '' : `; the same value everywhere: ${constant.join(', ')}`;
      const warning = suspicions.length > 0 && { warning: true as const };
      lines.push({ ...line, ...warning, detail: [...suspicions, `${filled}${same}`].join('; ') });
    } catch (error) {
      if (signal.aborted) throw error;
      const reason = error instanceof HubError ? `${error.code}: ${error.message}` : 'it took too long';
      lines.push({ ...line, warning: true, detail: `no sample could be read: ${reason}` });
    }
  }
  return lines;
}

async function readSample(connector: Connector, stream: string, signal: AbortSignal): Promise<SourceRecord[]> {
  const sample: SourceRecord[] = [];
  for await (const { records } of connector.pull(stream, { since: null, resume: null }, signal)) {
    sample.push(...records.slice(0, SAMPLE - sample.length));
    if (sample.length >= SAMPLE) break;
  }
  return sample;
}
