import type { EntitySchemaColumnOptions } from 'typeorm';
import type { FieldKind } from '../../schema/fields.ts';

/** The two families of SQL the cache runs on. MySQL 8.4 and MariaDB 10.11 share theirs. */
export type Dialect = 'mysql' | 'sqlite';

/**
 * The column of a field. Decimals are DECIMAL(19,4) on MySQL and, because SQLite has no exact decimal, whole
 * ten-thousandths on SQLite: filters, orders and sums stay exact on both. Instants and dates are fixed-width
 * text on SQLite, so that text order is time order. Keys compare byte by byte.
 */
export function columnOf(kind: FieldKind, dialect: Dialect): EntitySchemaColumnOptions {
  return dialect === 'mysql' ? mysqlColumn(kind) : sqliteColumn(kind);
}

const binaryText = { charset: 'utf8mb4', collation: 'utf8mb4_bin' } as const;
const asciiKey = { charset: 'ascii', collation: 'ascii_bin' } as const;

function mysqlColumn(kind: FieldKind): EntitySchemaColumnOptions {
  switch (kind.type) {
    case 'text':
      return { type: 'varchar', length: kind.length, ...binaryText };
    case 'longText':
    case 'references':
      return { type: 'longtext', ...binaryText };
    case 'integer':
      return { type: 'bigint' };
    case 'boolean':
      return { type: 'tinyint' };
    case 'decimal':
      return { type: 'decimal', precision: 19, scale: 4 };
    case 'date':
      return { type: 'date' };
    case 'instant':
      return { type: 'datetime', precision: 6 };
    case 'enum':
      return { type: 'varchar', length: 32, ...asciiKey };
    case 'reference':
      return { type: 'char', length: 36, ...asciiKey };
  }
}

function sqliteColumn(kind: FieldKind): EntitySchemaColumnOptions {
  switch (kind.type) {
    case 'integer':
    case 'boolean':
    case 'decimal':
      return { type: 'integer' };
    default:
      return { type: 'text' };
  }
}
