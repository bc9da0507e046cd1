import type { Row, Sql } from '../database/database.ts';
import { upsert } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeValue, encodeValue } from '../sql/row-codec.ts';

/** A model as it was fitted on one day. */
export interface StoredModel {
  name: string;
  fittedOn: string;
  fittedAt: string;
  /** How many customers it was fitted on. */
  customers: number;
  logLikelihood: number | null;
  /** JSON. */
  parameters: string;
}

const columns = ['name', 'fitted_on', 'fitted_at', 'customers', 'log_likelihood', 'parameters'] as const;

/** Writes models; one fitted on the same day before is overwritten. */
export async function saveModels(sql: Sql, models: readonly StoredModel[]): Promise<void> {
  const rows = [...models]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((model) => [
      model.name,
      model.fittedOn,
      encodeValue(instant, model.fittedAt, sql.dialect),
      model.customers,
      model.logLikelihood === null ? null : String(model.logLikelihood),
      model.parameters,
    ]);
  await upsert(sql, { table: 'insight_models', columns, key: ['name', 'fitted_on'], rows });
}

/** The latest of each model, by name. */
export async function latestModels(sql: Sql): Promise<Map<string, StoredModel>> {
  const rows = await sql.query(
    `SELECT ${columns.map((column) => `m.${column} AS ${column}`).join(', ')}
     FROM insight_models m JOIN (SELECT name, MAX(fitted_on) AS fitted_on FROM insight_models GROUP BY name) latest
       ON latest.name = m.name AND latest.fitted_on = m.fitted_on ORDER BY m.name`,
  );
  return new Map(rows.map((row) => [String(row.name), modelOf(row, sql)]));
}

function modelOf(row: Row, { dialect }: Sql): StoredModel {
  return {
    name: String(row.name),
    fittedOn: String(row.fitted_on),
    fittedAt: String(decodeValue(instant, row.fitted_at, dialect)),
    customers: Number(row.customers),
    logLikelihood: row.log_likelihood === null ? null : Number(row.log_likelihood),
    parameters: String(row.parameters),
  };
}
