import mysql, { type Connection } from 'mysql2/promise';
import { sourceSchema } from '../../connectors/kinds.ts';

export const SYSTEM = 'erp';
export const STREAM = 'orders';

/** A table as a grown ERP has it: latin1, decimals, dates, microseconds, NULLs, text that JSON has to escape. */
const TABLE = `CREATE TABLE AUFTRAG (
  AUFNR BIGINT NOT NULL PRIMARY KEY, KDNR INT NOT NULL, DATUM DATE NOT NULL, STATUS VARCHAR(12) NOT NULL,
  WAEHRUNG CHAR(3) NOT NULL, BETRAG DECIMAL(15,2) NOT NULL, STEUER DECIMAL(15,2), LAND CHAR(2), VERMERK VARCHAR(200),
  LIEFERTERMIN DATE, MENGE DECIMAL(12,3), VERTRIEB VARCHAR(60), BESTELLNR VARCHAR(40), SPERRE TINYINT(1) NOT NULL,
  ANGELEGT DATETIME NOT NULL, GEAENDERT DATETIME(6) NOT NULL, KEY (GEAENDERT, AUFNR)) DEFAULT CHARSET = latin1`;

const ROW = `1000000 + n, n % 40000, '2023-01-01' + INTERVAL n % 700 DAY,
  ELT(1 + n % 4, 'OFFEN', 'BESTAETIGT', 'GELIEFERT', 'STORNO'), 'EUR', n * 37 % 1000000 / 100, n * 7 % 100000 / 100,
  ELT(1 + n % 3, 'DE', 'AT', 'CH'), IF(n % 5 = 0, CONCAT('Rückruf wegen "Termin" ', n), NULL),
  '2023-02-01' + INTERVAL n % 700 DAY, n % 97 / 8, CONCAT('Vertrieb ', n % 50), CONCAT('B-', n * 13), n % 11 = 0,
  '2023-01-01 08:00:00' + INTERVAL n SECOND, '2024-01-01 08:00:00' + INTERVAL n SECOND + INTERVAL n % 1000 MICROSECOND`;

/** Fills an empty database with `rows` orders. */
export async function fillSource(url: string, rows: number): Promise<void> {
  const connection = await mysql.createConnection(url);
  try {
    await connection.query(TABLE);
    await countUpTo(connection, rows);
    for (let from = 0; from < rows; from += 100_000) {
      await connection.query(`INSERT INTO AUFTRAG SELECT ${ROW} FROM numbers WHERE n >= ? AND n < ?`, [
        from,
        from + 100_000,
      ]);
    }
    await connection.query('DROP TABLE numbers');
    await connection.query('ANALYZE TABLE AUFTRAG');
  } finally {
    await connection.end();
  }
}

async function countUpTo(connection: Connection, rows: number): Promise<void> {
  await connection.query('CREATE TABLE numbers (n INT PRIMARY KEY)');
  await connection.query('INSERT INTO numbers VALUES (0)');
  for (let count = 1; count < rows; count *= 2) {
    await connection.query('INSERT INTO numbers SELECT n + ? FROM numbers WHERE n + ? < ?', [count, count, rows]);
  }
}

/** Its settings, with everything else as it comes. */
export function orderTableSettings(url: string): ReturnType<typeof sourceSchema.parse> {
  return sourceSchema.parse({
    kind: 'sql',
    url,
    streams: {
      [STREAM]: {
        resource: 'AUFTRAG',
        key: 'AUFNR',
        cursor: { field: 'GEAENDERT' },
        records: [
          {
            entity: 'order',
            fields: {
              partyId: 'KDNR',
              orderNumber: 'AUFNR',
              customerReference: 'BESTELLNR',
              status: { path: 'STATUS', enum: STATUS },
              sourceStatus: 'STATUS',
              orderDate: 'DATUM',
              promisedDate: 'LIEFERTERMIN',
              currency: 'WAEHRUNG',
              netAmount: 'BETRAG',
              taxAmount: 'STEUER',
            },
          },
        ],
      },
    },
  });
}

const STATUS = { OFFEN: 'CONFIRMED', BESTAETIGT: 'PROCESSING', GELIEFERT: 'DONE', STORNO: 'CANCELLED' };
