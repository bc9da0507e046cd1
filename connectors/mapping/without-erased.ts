import { createHash } from 'node:crypto';
import { namesErased, withoutErasedPersons } from '../../schema/personal-fields.ts';
import type { MappedRecord } from '../mapped-record.ts';
import type { Mapping } from './compile-mapping.ts';

interface WithoutErased {
  /** Whether a party or source record is that of somebody who was erased. */
  isErased: (id: string) => boolean;
  /** The id of a record of this stream. */
  recordIdOf: (key: string) => string;
}

/**
 * A mapping that lets nobody come back who was erased: of their records the raw text is left out and the personal
 * fields are emptied, the same for a pass, a repair and verify. What the books need stays.
 */
export function withoutErased(mapping: Mapping, { isErased, recordIdOf }: WithoutErased): Mapping {
  return {
    hash: mapping.hash,
    async mapPage(records) {
      return (await mapping.mapPage(records)).map((mapped) => (concerns(mapped) ? erase(mapped) : mapped));
    },
  };

  function concerns(mapped: MappedRecord): boolean {
    if (mapped.outcome !== 'deleted' && isErased(recordIdOf(mapped.record.key))) return true;
    return mapped.outcome === 'mapped' && mapped.rows.some((row) => namesErased(row, isErased));
  }

  function erase(mapped: MappedRecord): MappedRecord {
    switch (mapped.outcome) {
      case 'mapped': {
        const rows = withoutErasedPersons(mapped.rows, isErased);
        // What is left of it tells one state of the record from the next, so that an order goes on.
        const left = createHash('sha256').update(JSON.stringify(rows)).digest('hex');
        return { ...mapped, record: { ...mapped.record, data: { erased: true, left } }, rows };
      }
      case 'rejected': {
        const record = { ...mapped.record, data: { erased: true } };
        return { ...mapped, record, message: 'A record of a person who was erased does not fit.' };
      }
      case 'deleted':
        return mapped;
    }
  }
}
