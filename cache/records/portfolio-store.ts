import type { Sql } from '../database/database.ts';
import { decodeCount, decodeSum, sumOf } from '../sql/row-codec.ts';

/** Customers with one thing in common. */
interface PortfolioGroup {
  value: string | null;
  customers: number;
  /** Of the window, in the reporting currency; null where none of them has any. */
  sales: string | null;
}

interface TransitionCount {
  from: string | null;
  to: string | null;
  customers: number;
}

export type GroupColumn = 'grade' | 'stage' | 'segment';

/** Counts over the numbers of all customers. */
export interface PortfolioStore {
  groups(column: GroupColumn): Promise<PortfolioGroup[]>;
  /** The latest month, and the latest before `before`, that has numbers; null without any. */
  latestMonth(before: string | null): Promise<string | null>;
  transitions(column: GroupColumn, from: string, to: string): Promise<TransitionCount[]>;
  /** The most valuable customers that are about to be lost. */
  atRisk(first: number): Promise<string[]>;
}

export function createPortfolioStore(sql: Sql): PortfolioStore {
  return {
    async groups(column) {
      const rows = await sql.query(
        `SELECT ${column} AS grouped, COUNT(*) AS n, COUNT(sales) AS known, ${sumOf('sales', sql.dialect)} AS sales
         FROM customer_insight GROUP BY ${column} ORDER BY ${column}`,
      );
      return rows.map((row) => ({
        value: textOrNull(row.grouped),
        customers: decodeCount(row.n),
        sales: decodeCount(row.known) === 0 ? null : decodeSum(row.sales, sql.dialect),
      }));
    },

    async latestMonth(before) {
      const [row] = await sql.query(
        `SELECT MAX(month) AS latest FROM customer_insight_months ${before === null ? '' : 'WHERE month < ?'}`,
        before === null ? [] : [before],
      );
      return textOrNull(row?.latest);
    },

    async transitions(column, from, to) {
      const rows = await sql.query(
        `SELECT earlier.${column} AS was, later.${column} AS became, COUNT(*) AS n
         FROM customer_insight_months later
         LEFT JOIN customer_insight_months earlier ON earlier.customer_id = later.customer_id AND earlier.month = ?
         WHERE later.month = ? GROUP BY earlier.${column}, later.${column} ORDER BY was, became`,
        [from, to],
      );
      return rows.map((row) => ({
        from: textOrNull(row.was),
        to: textOrNull(row.became),
        customers: decodeCount(row.n),
      }));
    },

    async atRisk(first) {
      const rows = await sql.query(
        `SELECT i.customer_id AS id FROM customer_insight i JOIN customers c ON c.id = i.customer_id WHERE i.at_risk = 1
         ORDER BY i.lifetime_value DESC, i.customer_id DESC LIMIT ${Math.trunc(first)}`,
      );
      return rows.map(({ id }) => String(id));
    },
  };
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
