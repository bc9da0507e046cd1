import { describe, it } from '@jest/globals';
import { type TestDatabase, testDatabases } from './test-databases.ts';

/** SQLite files always; MySQL or MariaDB where TEST_MYSQL_URL names a server whose login may create databases. */
export const databases: TestDatabase[] = testDatabases(process.env.TEST_MYSQL_URL);

const { skip } = describe;

/** `describe` for what needs a MySQL or MariaDB server; without one, jest's report counts it as skipped. */
export const describeWithServer = process.env.TEST_MYSQL_URL ? describe : skip;

if (!process.env.TEST_MYSQL_URL) {
  skip('MySQL', () => {
    it('needs a server: TEST_MYSQL_URL, mariadbd or mysqld on the machine, or Docker', () => undefined);
  });
}
