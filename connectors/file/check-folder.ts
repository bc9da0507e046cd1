import { HubError } from '../../config/errors.ts';
import type { CheckResult, SourceRecord } from '../connector.ts';
import type { Folder, FolderLook } from './folder.ts';
import { type FileTarget, pullFiles } from './pull-files.ts';
import type { FileSettings, FileStream } from './settings.ts';

export interface FolderAccess {
  settings: FileSettings;
  folder: Folder;
  targetOf(stream: string): FileTarget;
}

/** How many records a check looks at. */
const SAMPLE = 20;

/** The folder, and of each stream its files, some records and their stamps. What fails is a result, not an exception. */
export async function checkFolder(
  { settings, folder, targetOf }: FolderAccess,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const [name, stream] of Object.entries(settings.streams)) {
    const files = await probe(`${name}: files`, async () => told(await folder.look(stream, signal)));
    results.push(files);
    if (!files.ok) continue;
    let records: SourceRecord[] = [];
    const rows = await probe(`${name}: one row`, async () => {
      records = await readSome({ ...targetOf(name), pageSize: SAMPLE }, signal);
      return records[0] ? `read ${records[0].key}` : 'there are no records';
    });
    results.push(rows);
    if (rows.ok) results.push(await probe(`${name}: order`, async () => orderOf(stream, records)));
  }
  return results;
}

async function readSome(target: FileTarget, signal: AbortSignal): Promise<SourceRecord[]> {
  for await (const { records } of pullFiles(target, { since: null, resume: null }, signal)) {
    const damaged = records.find(({ damage }) => damage !== undefined);
    if (damaged?.damage !== undefined) throw new Error(damaged.damage);
    return records;
  }
  return [];
}

function told({ ready, waiting }: FolderLook): string {
  const [first] = waiting;
  const newest = ready.at(-1);
  const waits = first ? `; ${waiting.length} not yet, such as ${first.name}: ${first.why}` : '';
  return `${ready.length} complete${newest ? `, the newest ${newest.name}` : ''}${waits}`;
}

function orderOf({ cursor, mode, sequence }: FileStream, records: readonly SourceRecord[]): string {
  if (cursor) {
    const fields = [cursor.field].flat().join(', ');
    const unstamped = records.find(({ version }) => version === null);
    return unstamped
      ? `${fields} tells which is newer; ${unstamped.key} carries none`
      : `${fields} tells which is newer`;
  }
  if (mode === 'full') return 'the newest file counts, and nothing else';
  return `the later file counts, by ${sequence === undefined ? 'when it was written' : 'the number in its name'}`;
}

async function probe(name: string, attempt: () => Promise<string>): Promise<CheckResult> {
  try {
    return { probe: name, ok: true, detail: await attempt() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { probe: name, ok: false, detail: error instanceof HubError ? `${error.code}: ${message}` : message };
  }
}
