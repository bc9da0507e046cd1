import { z } from 'zod';
import type { JsonValue } from '../../schema/json.ts';

/** A JSON-RPC answer; errors come with HTTP 200 as well. */
export const rpcAnswer = z.union([
  z.object({ error: z.array(z.unknown()).min(1) }).transform(({ error }) => ({ error })),
  z.object({ result: z.custom<JsonValue>((value) => value !== undefined) }),
]);

/** Tryton's `common.db.login`: user id and session token. */
export const loginResult = z.tuple([z.unknown().transform(String), z.string()]);

/** Tryton's `ir.model` as far as it is read. */
export const modelRecords = z.array(z.object({ model: z.string(), name: z.string() }));

/** Tryton's `fields_get` as far as it is read. */
export const fieldDefinitions = z.record(z.string(), z.object({ type: z.string() }));
