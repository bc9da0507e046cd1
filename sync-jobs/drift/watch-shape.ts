import { type Drift, type DriftPolicy, describeDrift, driftId } from '../../cache/streams/drift-event.ts';
import { MOST_OPEN_DRIFT } from '../../cache/streams/stream-shapes.ts';
import type { PageDrift, StreamName } from '../../cache/sync/sync-store.ts';
import { defends } from '../../config/defences.ts';
import type { StreamSettings } from '../../config/settings/settings.ts';
import type { MappedRecord } from '../../connectors/mapped-record.ts';
import { compileIsRead } from '../../connectors/mapping/read-paths.ts';
import type { JsonValue } from '../../schema/json.ts';
import { later } from '../pass/version-window.ts';
import { createOnlooker } from './look-at-record.ts';
import { removedFields } from './removed-fields.ts';
import { ELEMENTS, type Field, formatShape, parseShape, pathText, typeNames } from './shape.ts';

export interface ShapeWatchRequest {
  name: StreamName;
  settings: Pick<StreamSettings, 'key' | 'cursor' | 'deletes' | 'records' | 'drift'>;
  /** As the store has it. */
  stored: { shape: string | null; open: ReadonlySet<string> };
  /** Mapping and reading settings decide which fields are asked for: other ones, another shape. */
  madeWith: string;
  pass: { mode: 'FULL' | 'INCREMENTAL'; resumed: boolean };
}

/** What the shape of a page's records came to. */
export interface WatchedPage {
  /** The records; those that the policy holds back are rejected. */
  records: MappedRecord[];
  drift: PageDrift;
  /** Changes for which the pass is to fail, the page unwritten. */
  refused: readonly Drift[];
}

export interface ShapeWatch {
  page(records: MappedRecord[], isLast: boolean): WatchedPage;
}

const usual = { added: 'ignore', removed: 'fail', retyped: 'ignore' } as const;

/** So many records of a stream that is not read in full are enough to know its shape. */
const LEARNT_AFTER = 200;

/**
 * Watches the shape of a stream's records during one pass: which fields there are and of which types, whatever the
 * mapping does with them. A change is an event once; what else becomes of it is the stream's `drift` setting.
 */
export function watchShape({ name, settings, stored, madeWith, pass }: ShapeWatchRequest): ShapeWatch {
  const shape = parseShape(stored.shape, madeWith);
  const onlooker = createOnlooker(shape.root);
  const isRead = compileIsRead(settings);
  const open = new Set(stored.open);
  const countedBefore = shape.upTo;
  let written = stored.shape;
  let read = 0;

  /** Records that were counted before are read again by every pass of their lookback. */
  function isNews({ version }: MappedRecord['record']): boolean {
    if (pass.mode === 'FULL') return true;
    return version !== null && (countedBefore === null || version > countedBefore);
  }

  function policyOf(kind: Drift['kind'], reads: boolean): DriftPolicy {
    const { drift = usual } = settings;
    const policies = typeof drift === 'string' ? { added: drift, removed: drift, retyped: drift } : drift;
    if (kind === 'ADDED') return policies.added;
    if (!reads) return 'ignore';
    return kind === 'REMOVED' ? policies.removed : policies.retyped;
  }

  function driftOf(change: Pick<Drift, 'kind' | 'from' | 'to' | 'sourceKey'>, names: readonly string[]): Drift {
    const reads = isRead(names.filter((each) => each !== ELEMENTS));
    return { ...change, field: pathText(names), isRead: reads, policy: policyOf(change.kind, reads) };
  }

  function lookAt(mapped: MappedRecord, changes: Map<string, Drift>): MappedRecord {
    if (!hasShape(mapped)) return mapped;
    const { record } = mapped;
    const novelties = onlooker.look(record.data, isNews(record));
    const held: Drift[] = [];
    for (const { kind, names, from, to, accept } of novelties) {
      if (!shape.learnt) {
        accept();
        continue;
      }
      const types = { from: kind === 'ADDED' ? null : typeNames(from), to: typeNames(to) };
      const drift = driftOf({ kind, ...types, sourceKey: record.key }, names);
      const id = driftId(name, drift);
      if (!changes.has(id)) changes.set(id, drift);
      if (drift.policy === 'ignore') accept();
      else held.push(drift);
    }
    return rejectedFor(mapped, held);
  }

  function lackingOf(isLast: boolean, records: MappedRecord[], changes: Map<string, Drift>): MappedRecord[] {
    const present = records.filter(hasShape).length;
    const page = { records: present, carries: (field: Field) => onlooker.wasThere(field, present) };
    read += present;
    const wholeRead = isLast && pass.mode === 'FULL' && !pass.resumed ? read : null;
    let kept = records;
    for (const { names, types, steady, accept } of removedFields({ root: shape.root, page, wholeRead })) {
      const drift = driftOf({ kind: 'REMOVED', from: typeNames(types), to: null, sourceKey: null }, names);
      // What came and went all the time may be back tomorrow: too little to stop a stream for.
      const sure = steady ? drift : { ...drift, policy: 'ignore' as const };
      changes.set(driftId(name, sure), sure);
      if (sure.policy === 'ignore') accept();
      if (sure.policy !== 'quarantine') continue;
      kept = kept.map((one) => (!hasShape(one) || carries(one.record.data, names) ? one : rejectedFor(one, [sure])));
    }
    return kept;
  }

  function settle(isLast: boolean): void {
    const wholeStream = isLast && pass.mode === 'FULL' && shape.root.holders > 0;
    if (wholeStream || (pass.mode === 'INCREMENTAL' && shape.root.holders >= LEARNT_AFTER)) shape.learnt = true;
  }

  return {
    page(records, isLast) {
      if (!defends('drift watch')) return { records, drift: { events: [], shape: null }, refused: [] };
      const changes = new Map<string, Drift>();
      const looked = records.map((mapped) => lookAt(mapped, changes));
      const kept = shape.learnt ? lackingOf(isLast, looked, changes) : looked;
      shape.upTo = records.reduce((upTo, { record }) => later(upTo, record.version), shape.upTo);
      settle(isLast);

      const text = formatShape(shape);
      const events = [...changes].filter(([id]) => !open.has(id) && open.size < MOST_OPEN_DRIFT && open.add(id));
      const drift = { events: events.map(([, one]) => one), shape: text === written ? null : text };
      written = text;
      return { records: kept, drift, refused: [...changes.values()].filter(({ policy }) => policy === 'fail') };
    },
  };
}

/** Of a record that is gone, or that could not be read as one, nothing can be said. */
function hasShape({ outcome, record }: MappedRecord): boolean {
  return outcome !== 'deleted' && record.damage === undefined;
}

function rejectedFor(mapped: MappedRecord, held: readonly Drift[]): MappedRecord {
  const stopping = held.filter(({ policy }) => policy === 'quarantine');
  if (stopping.length === 0 || mapped.outcome === 'rejected') return mapped;
  const message = `The shape of the records has changed: ${stopping.map(describeDrift).join('; ')}.`;
  return { outcome: 'rejected', record: mapped.record, code: 'SCHEMA_DRIFT', message };
}

/** Whether a field is there, be it empty; in a list, in some element. */
function carries(value: JsonValue, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  if (value === null || typeof value !== 'object') return false;
  if (Array.isArray(value)) return name === ELEMENTS && value.some((element) => carries(element, rest));
  const child = Object.hasOwn(value, name) ? (value as Record<string, JsonValue>)[name] : undefined;
  return child !== undefined && carries(child, rest);
}
