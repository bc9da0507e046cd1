import { DataSource, type ObjectLiteral } from 'typeorm';
import { tablesFor } from '../../cache/schema/tables.ts';
import { storedColumns, storedRows } from './stored-rows.ts';

/** The batches that TypeORM's contender writes. */
const BATCH = 1_000;
/** So many orders' rows are made before their writing is timed: making them is not TypeORM's work. */
const READY_MADE = 5_000;

interface TypeormContender {
  /** `timed` is given the writing alone. */
  upsertAll(orders: number, timed: (work: () => Promise<void>) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** The same rows into the same tables by `repository.upsert`, a thousand at a time. */
export async function openTypeorm(url: string): Promise<TypeormContender> {
  const source = new DataSource({ type: 'mysql', url, entities: tablesFor('mysql'), logging: false });
  await source.initialize();
  return {
    async upsertAll(orders, timed) {
      for await (const tables of storedRows(orders, READY_MADE)) {
        const made = Object.entries(tables).map(([table, rows]) => ({ table, objects: objectsOf(table, rows) }));
        await timed(async () => {
          for (const { table, objects } of made) {
            const repository = source.getRepository(table);
            for (let from = 0; from < objects.length; from += BATCH) {
              await repository.upsert(objects.slice(from, from + BATCH), ['id']);
            }
          }
        });
      }
    },
    close: () => source.destroy(),
  };
}

function objectsOf(table: string, rows: readonly unknown[][]): ObjectLiteral[] {
  const columns = storedColumns[table] ?? [];
  return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
}
