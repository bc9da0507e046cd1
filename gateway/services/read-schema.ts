import { readFile } from 'node:fs/promises';
import {
  buildClientSchema,
  type ExecutionResult,
  getIntrospectionQuery,
  type IntrospectionQuery,
  parse,
  printSchema,
} from 'graphql';
import { z } from 'zod';
import { HubError } from '../../config/errors.ts';
import type { ServiceSettings } from '../../config/settings/service-settings.ts';
import type { ServiceRequest } from './call-service.ts';

/** Asks a service something. */
type Ask = (request: ServiceRequest) => Promise<ExecutionResult>;

const MOST_BYTES = 20_000_000;
const introspection = parse(getIntrospectionQuery({ descriptions: true }));
const serviceSdl = parse('{ _service { sdl } }');
const told = z.object({ _service: z.object({ sdl: z.string().min(1) }) });

/**
 * The SDL of a service as it is now: from the file the settings name, by `_service` or by introspection. Throws
 * HubError SERVICE_* where it cannot be had.
 */
export async function readServiceSchema(name: string, settings: ServiceSettings, ask: Ask): Promise<string> {
  if (settings.schema !== undefined) return readSdlFile(name, settings.schema);
  if (settings.kind === 'federation') {
    const read = told.safeParse(await dataOf(ask, serviceSdl));
    if (read.success) return read.data._service.sdl;
    throw invalid(name, 'the SDL of a subgraph under { _service { sdl } }');
  }
  const data = await dataOf(ask, introspection);
  try {
    return printSchema(buildClientSchema(data as unknown as IntrospectionQuery));
  } catch (cause) {
    throw invalid(name, 'its schema by introspection, or `schema` with a file of it', cause);
  }
}

async function readSdlFile(name: string, file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length <= MOST_BYTES) return text;
  } catch (cause) {
    throw invalid(name, `its SDL in the file ${file}, which cannot be read`, cause);
  }
  throw invalid(name, `a file of at most ${MOST_BYTES} bytes in ${file}`);
}

async function dataOf(ask: Ask, document: ServiceRequest['document']): Promise<unknown> {
  const { data, errors } = await ask({ document });
  if (data) return data;
  throw errors?.[0]?.originalError ?? new Error('no answer');
}

function invalid(name: string, what: string, cause?: unknown): HubError {
  return new HubError('SERVICE_SCHEMA_INVALID', `Expected of the service ${name} ${what}.`, { source: name, cause });
}
