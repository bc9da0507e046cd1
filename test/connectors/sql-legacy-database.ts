import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';

/** A small database as grown companies have them, with everything that makes such data hard to read. */
export interface LegacyDatabase {
  url: string;
  run(statement: string): Promise<void>;
  drop(): Promise<void>;
}

/** On the server of TEST_MYSQL_URL, in a database of its own. */
export async function createLegacyDatabase(server: string): Promise<LegacyDatabase> {
  const name = `c360_sql_${randomBytes(5).toString('hex')}`;
  const connection = await createConnection({ uri: server, multipleStatements: true, charset: 'utf8mb4' });
  // No strict mode, as on the servers such tables come from: they hold zero dates.
  await connection.query(
    `SET SESSION sql_mode = '', time_zone = '+00:00'; CREATE DATABASE ${name} CHARACTER SET latin1;`,
  );
  await connection.query(`USE ${name}; ${tables} ${rows}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    run: async (statement) => {
      await connection.query(statement);
    },
    async drop() {
      await connection.query(`DROP DATABASE ${name}`);
      await connection.end();
    },
  };
}

const tables = `
CREATE TABLE ADRESSE (ADRNR INT PRIMARY KEY, NAME VARCHAR(60), ORT VARCHAR(40), UST VARCHAR(20), LOEKZ CHAR(1) NOT NULL DEFAULT ' ',
  GEAEND_AM CHAR(8) NOT NULL DEFAULT '00000000', GEAEND_UM CHAR(6) NOT NULL DEFAULT '000000', KEY (GEAEND_AM, GEAEND_UM)) ENGINE=InnoDB;
CREATE TABLE BELEG (BELNR BIGINT UNSIGNED PRIMARY KEY, ADRNR INT NOT NULL, ART CHAR(1) NOT NULL, BELDAT CHAR(8), WAEHRUNG CHAR(3), NETTO DECIMAL(17,4),
  STAND CHAR(2) NOT NULL, GEAENDERT DATETIME, KEY (GEAENDERT, BELNR)) ENGINE=InnoDB;
CREATE TABLE BELPOS (BELNR BIGINT UNSIGNED NOT NULL, POS SMALLINT NOT NULL, ARTIKEL VARCHAR(18), MENGE DECIMAL(12,3), PREIS DECIMAL(13,4), PRIMARY KEY (BELNR, POS)) ENGINE=InnoDB;
CREATE TABLE EINGANG (LFD INT PRIMARY KEY, BELNR BIGINT UNSIGNED NOT NULL, DATUM CHAR(8), BETRAG DECIMAL(13,2), VERMERK VARCHAR(60), GEBUCHT TIMESTAMP NULL) ENGINE=MyISAM;
CREATE TABLE VORGANG (KENNUNG VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin PRIMARY KEY, TITEL VARCHAR(40), ANGELEGT DATETIME(6) NOT NULL, GEAENDERT DATETIME(6)) ENGINE=InnoDB;
CREATE VIEW OFFEN AS SELECT b.BELNR, b.ADRNR, b.NETTO - COALESCE((SELECT SUM(e.BETRAG) FROM EINGANG e WHERE e.BELNR = b.BELNR), 0) AS REST FROM BELEG b WHERE b.ART = 'R';
`;

/** 26 October 2025, 3:00 was 2:00 once more in Berlin; the stamps of rows 4, 5 and 6 are of that night. */
const rows = `
INSERT INTO ADRESSE VALUES
  (1, 'Müller & Söhne', 'Köln', 'DE123456789', ' ', '00000000', '000000'),
  (2, 'Ærøskøbing Værft', 'Ærø', '', ' ', '00000000', '000000'),
  (3, 'SCHMIDT GMBH', 'Ulm', NULL, ' ', '20250701', '120000'),
  (4, 'Nachtschicht A', 'Bonn', NULL, ' ', '20251026', '025000'),
  (5, 'Nachtschicht B', 'Bonn', NULL, ' ', '20251026', '021000'),
  (6, 'Nachtschicht C', 'Bonn', NULL, ' ', '20251026', '030500'),
  (7, 'Alt & Weg', 'Trier', NULL, 'X', '20250701', '120000');
INSERT INTO BELEG VALUES
  (18446744073709551001, 1, 'A', '20250110', 'EUR', 1234567890123.4567, '80', '2025-01-10 08:00:00'),
  (18446744073709551002, 1, 'A', '20250110', 'EUR', 0.1, '80', '2025-01-10 08:00:00'),
  (18446744073709551003, 2, 'A', '20250111', 'USD', 0.2, '99', '2025-01-10 08:00:00'),
  (18446744073709551004, 2, 'R', '00000000', 'EUR', 500.00, '10', '0000-00-00 00:00:00'),
  (18446744073709551005, 3, 'R', '20250112', 'EUR', 70.07, '80', NULL),
  (18446744073709551006, 3, 'R', '20250113', 'EUR', -20.07, '80', '2025-01-13 08:00:00');
INSERT INTO BELPOS VALUES
  (18446744073709551001, 10, '00123', 2.000, 99.9999), (18446744073709551001, 20, '00124', 0.333, 3.0000),
  (18446744073709551002, 10, '00123', 1.000, 0.1000), (18446744073709551003, 10, 'A/B', 4.000, 0.0500);
INSERT INTO EINGANG VALUES (1, 18446744073709551005, '20250120', 50.05, 'Überweisung', '2025-01-20 10:00:00'), (2, 18446744073709551005, '20250121', 20.02, NULL, NULL);
INSERT INTO VORGANG VALUES
  ('a', 'klein', '2025-03-01 10:00:00.000001', NULL), ('A', 'groß', '2025-03-01 10:00:00.000002', '2025-03-05 10:00:00.000009'),
  ('00123', 'mit Nullen', '2025-03-02 10:00:00', NULL), ('b/c', 'Schrägstrich', '2025-03-03 10:00:00', '2025-03-03 10:00:00.5');
`;
