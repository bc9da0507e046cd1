import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import type { SqlParameter } from '../../cache/database/database.ts';
import { storedColumns, storedRows } from './stored-rows.ts';

/** Writes what the hub stores of these orders as one tab-separated file a table: what LOAD DATA reads. */
export async function writeFiles(folder: string, orders: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = new Map(Object.keys(storedColumns).map((table) => [table, createWriteStream(fileOf(folder, table))]));
  for await (const tables of storedRows(orders, 1_000)) {
    for (const [table, rows] of Object.entries(tables)) {
      const file = files.get(table);
      if (file) await write(file, rows.map((row) => `${row.map(field).join('\t')}\n`).join(''));
    }
  }
  for (const file of files.values()) {
    file.end();
    await once(file, 'finish');
  }
}

/**
 * The way a database is filled fastest by hand: each file into a temporary table without indexes by LOAD DATA, and
 * from there into the real one by one INSERT … SELECT … ON DUPLICATE KEY UPDATE.
 */
export async function loadFiles(connection: Connection, folder: string): Promise<void> {
  for (const [table, columns] of Object.entries(storedColumns)) {
    const list = columns.map((column) => `\`${column}\``);
    await connection.query(`CREATE TEMPORARY TABLE staging AS SELECT ${list.join(', ')} FROM \`${table}\` WHERE 1 = 0`);
    await connection.query({
      sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE staging CHARACTER SET utf8mb4 (${list.join(', ')})`,
      infileStreamFactory: () => createReadStream(fileOf(folder, table)),
    });
    const overwritten = list.slice(1).map((column) => `${column} = VALUES(${column})`);
    await connection.query(
      `INSERT INTO \`${table}\` (${list.join(', ')}) SELECT ${list.join(', ')} FROM staging
       ON DUPLICATE KEY UPDATE ${overwritten.join(', ')}`,
    );
    await connection.query('DROP TEMPORARY TABLE staging');
  }
}

function fileOf(folder: string, table: string): string {
  return join(folder, `${table}.tsv`);
}

function field(value: SqlParameter): string {
  if (value === null) return '\\N';
  return String(value).replace(/[\\\t\n]/g, (character) => `\\${character}`);
}

async function write(file: WriteStream, text: string): Promise<void> {
  if (!file.write(text)) await once(file, 'drain');
}
