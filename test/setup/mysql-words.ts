import type { Cache, Sql } from '../../cache/database/database.ts';

/**
 * Words that MySQL 8.4 reserves and MariaDB 10.11 does not: as bare names they work on the one and not on the other.
 * As functions (`ROW_NUMBER() OVER …`) they are fine on both.
 */
const words =
  /\b(cube|cume_dist|dense_rank|empty|first_value|function|grouping|groups|json_table|lag|last_value|lateral|lead|manual|nth_value|ntile|of|parallel|percent_rank|qualify|rank|row_number|stored|system|tablesample|virtual)\b(?!\s*\()/i;

/** The first bare word of a statement that MySQL 8.4 would not take as a name, or null. */
export function reservedByMysql(statement: string): string | null {
  const bare = statement.replace(/`[^`]*`|'[^']*'|"[^"]*"/g, ' ');
  return words.exec(bare)?.[0] ?? null;
}

/** A cache on MariaDB that refuses what MySQL 8.4 would refuse, so that tests on the one speak for the other. */
export function withMysqlWords(cache: Cache): Cache {
  return {
    ...checked(cache),
    transaction: (work) => cache.transaction((sql) => work(checked(sql))),
    close: () => cache.close(),
  };
}

function checked(sql: Sql): Sql {
  const check = (statement: string) => {
    const word = reservedByMysql(statement);
    if (word !== null) throw new Error(`MySQL 8.4 reserves "${word}"; write it in backticks: ${statement}`);
  };
  return {
    dialect: sql.dialect,
    mostBytes: sql.mostBytes,
    query(statement, parameters) {
      check(statement);
      return sql.query(statement, parameters);
    },
    execute(statement, parameters) {
      check(statement);
      return sql.execute(statement, parameters);
    },
  };
}
