/** How the columns of a legacy table are called, and what each database calls their types. */
interface LegacyTable {
  key: readonly string[];
  columns: Readonly<Record<string, ColumnType>>;
  /** Index for reading by change; the table without one has no change column. */
  stamp: string | null;
}

type ColumnType = `CHAR(${number})` | `VARCHAR(${number})` | 'DECIMAL(17,2)' | 'DECIMAL(13,3)' | 'DATETIME(6)' | 'INT';

/** The books, as a program of the last century keeps them: dates are CHAR(8), nothing happened on `00000000`. */
export const legacyTables = {
  KUNDE: {
    key: ['KUNNR'],
    columns: {
      KUNNR: 'CHAR(8)',
      NAME1: 'VARCHAR(40)',
      ART: 'CHAR(1)',
      USTID: 'VARCHAR(24)',
      EMAIL: 'VARCHAR(120)',
      TELNR: 'VARCHAR(40)',
      STRAS: 'VARCHAR(80)',
      PLZ: 'VARCHAR(12)',
      ORT: 'VARCHAR(40)',
      LAND: 'CHAR(2)',
      EXTNR: 'VARCHAR(20)',
      ANLDAT: 'CHAR(8)',
      KZLOESCH: 'CHAR(1)',
      AENDERUNG: 'DATETIME(6)',
    },
    stamp: 'AENDERUNG',
  },
  KREDIT: {
    key: ['KUNNR'],
    columns: { KUNNR: 'CHAR(8)', LIMIT_BETRAG: 'DECIMAL(17,2)', WAEHR: 'CHAR(3)', ZAHLBED: 'VARCHAR(20)' },
    stamp: null,
  },
  RECHNG: {
    key: ['RENR'],
    columns: {
      RENR: 'CHAR(8)',
      ART: 'CHAR(1)',
      STATUS: 'CHAR(2)',
      ZSTAT: 'CHAR(1)',
      KUNNR: 'CHAR(8)',
      AUFNR: 'CHAR(10)',
      URRENR: 'VARCHAR(8)',
      GRUND: 'VARCHAR(120)',
      REDAT: 'CHAR(8)',
      FAEDAT: 'CHAR(8)',
      BEZDAT: 'CHAR(8)',
      WAEHR: 'CHAR(3)',
      NETTO: 'DECIMAL(17,2)',
      MWST: 'DECIMAL(17,2)',
      BRUTTO: 'DECIMAL(17,2)',
      OFFEN: 'DECIMAL(17,2)',
      KZLOESCH: 'CHAR(1)',
      AENDERUNG: 'DATETIME(6)',
    },
    stamp: 'AENDERUNG',
  },
  RECHPOS: {
    key: ['RENR', 'POSNR'],
    columns: {
      RENR: 'CHAR(8)',
      POSNR: 'CHAR(4)',
      AUFNR: 'CHAR(10)',
      AUFPOS: 'CHAR(6)',
      ARTNR: 'VARCHAR(20)',
      BEZ: 'VARCHAR(80)',
      MENGE: 'DECIMAL(13,3)',
      PREIS: 'DECIMAL(17,2)',
      NETTO: 'DECIMAL(17,2)',
      MWST: 'DECIMAL(17,2)',
      AENDERUNG: 'DATETIME(6)',
    },
    stamp: 'AENDERUNG',
  },
  ZAHLG: {
    key: ['ZNR'],
    columns: {
      ZNR: 'CHAR(8)',
      KUNNR: 'CHAR(8)',
      ZDAT: 'CHAR(8)',
      STATUS: 'CHAR(1)',
      ZART: 'CHAR(2)',
      WAEHR: 'CHAR(3)',
      BETRAG: 'DECIMAL(17,2)',
      AENDERUNG: 'DATETIME(6)',
    },
    stamp: 'AENDERUNG',
  },
  ZAHLZUO: {
    key: ['ZNR', 'RENR'],
    columns: { ZNR: 'CHAR(8)', RENR: 'CHAR(8)', BETRAG: 'DECIMAL(17,2)', AENDERUNG: 'DATETIME(6)' },
    stamp: 'AENDERUNG',
  },
} as const satisfies Record<string, LegacyTable>;

export type LegacyTableName = keyof typeof legacyTables;

/** One row of a table, every column as text. */
export type LegacyRow = Record<string, string>;

/** The statements that make the tables on SQLite (decimals as text, which keeps their digits) or on MySQL. */
export function createStatements(dialect: 'sqlite' | 'mysql'): string[] {
  return Object.entries(legacyTables).flatMap(([name, table]: [string, LegacyTable]) => {
    const columns = Object.entries(table.columns).map(
      ([column, type]) => `${column} ${dialect === 'sqlite' ? sqliteType(type) : type} NOT NULL`,
    );
    const options = dialect === 'mysql' ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : '';
    return [
      `DROP TABLE IF EXISTS ${name}`,
      `CREATE TABLE ${name} (${columns.join(', ')}, PRIMARY KEY (${table.key.join(', ')}))${options}`,
      ...(table.stamp === null
        ? []
        : [`CREATE INDEX ${name}_AEND ON ${name} (${table.stamp}, ${table.key.join(', ')})`]),
    ];
  });
}

/** SQLite reads DECIMAL as NUMERIC and would keep `10.50` as the double 10.5. */
function sqliteType(type: ColumnType): string {
  return type.startsWith('DECIMAL') || type.startsWith('DATETIME') ? 'TEXT' : type;
}
