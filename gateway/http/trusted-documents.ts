import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { HubError } from '../../config/errors.ts';
import type { Settings } from '../../config/settings/settings.ts';

/** A request as GraphQL over HTTP has it: the body of a POST, or the parameters of a GET. */
type Carrier = Record<string, unknown>;

/** Operations that clients name instead of sending them. */
export interface TrustedDocuments {
  /**
   * The request with the text of the document it names. Throws PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED,
   * and DOCUMENT_NOT_TRUSTED where only the documents of the manifest are answered.
   */
  resolve(carrier: Carrier): Carrier;
  /** All texts there are. */
  readonly texts: readonly string[];
}

type DocumentSettings = Settings['gateway']['trustedDocuments'];

/** The manifest of Apollo's clients and of `customer360 documents extract`, or a map of ids to texts, as codegen writes it. */
const manifest = z.union([
  z.object({
    format: z.literal('apollo-persisted-query-manifest'),
    version: z.literal(1),
    operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
  }),
  z.record(z.string().min(1), z.string().min(1)),
]);

/** Reads the manifests; throws SETTINGS_INVALID where they cannot be read. */
export function readTrustedDocuments(settings: DocumentSettings): TrustedDocuments {
  const documents = new Map(settings ? filesOf(settings).flatMap(readManifest) : []);
  const texts = new Set(documents.values());
  return {
    texts: [...texts],
    resolve(carrier) {
      const { documentId, query, extensions, ...others } = carrier;
      const { persistedQuery, ...otherExtensions } = extensionsOf(extensions);
      const id = idOf(documentId) ?? idOf((persistedQuery as Carrier | undefined)?.sha256Hash);
      const sent = typeof query === 'string' && query !== '' ? query : undefined;
      const known = id === undefined ? undefined : documents.get(id);
      if (known === undefined && sent === undefined) {
        // without an operation at all: whoever reads the request further says so
        if (id === undefined) return carrier;
        throw settings ? notFound(id) : notSupported();
      }
      if (known === undefined && settings?.only && !texts.has(sent ?? '')) throw notTrusted();
      if (id === undefined) return carrier;
      const left = Object.keys(otherExtensions).length > 0 ? { extensions: sameForm(extensions, otherExtensions) } : {};
      return { ...others, ...left, query: known ?? sent };
    },
  };
}

function filesOf({ file, folder }: NonNullable<DocumentSettings>): string[] {
  if (file !== undefined) return [file];
  const where = folder ?? '.';
  try {
    const names = readdirSync(where).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => path.join(where, name));
  } catch (cause) {
    throw invalid('folder', `a folder of manifests, but ${where} cannot be read`, cause);
  }
}

function readManifest(file: string): [string, string][] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw invalid('file', `a JSON file, but ${file} cannot be read as one`, cause);
  }
  const read = manifest.safeParse(json);
  if (!read.success) throw invalid('file', `a manifest of documents in ${file}: ${z.prettifyError(read.error)}`);
  const { data } = read;
  return Array.isArray(data.operations)
    ? data.operations.map(({ id, body }) => [idOf(id) ?? id, body])
    : Object.entries(data as Record<string, string>).map(([id, body]) => [idOf(id) ?? id, body]);
}

/** Ids may say how they were made: `sha256:…`. */
function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.replace(/^sha256:/, '') : undefined;
}

/** An object in a body, a text of JSON in an address. */
function extensionsOf(value: unknown): Carrier {
  try {
    const read: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    return typeof read === 'object' && read !== null ? (read as Carrier) : {};
  } catch {
    return {};
  }
}

function sameForm(before: unknown, extensions: Carrier): unknown {
  return typeof before === 'string' ? JSON.stringify(extensions) : extensions;
}

function invalid(field: string, expected: string, cause?: unknown): HubError {
  const advice = 'Make one with customer360 documents extract.';
  return new HubError('SETTINGS_INVALID', `Expected gateway.trustedDocuments.${field}: ${expected}. ${advice}`, {
    cause,
  });
}

function notFound(id: string): HubError {
  return new HubError(
    'PERSISTED_QUERY_NOT_FOUND',
    `Expected the id of a document of the manifest, got "${id.slice(0, 80)}". Send the operation itself, or publish the front-end's manifest to the hub first.`,
  );
}

function notSupported(): HubError {
  return new HubError(
    'PERSISTED_QUERY_NOT_SUPPORTED',
    'Expected an operation, got the id of one, but the hub has no manifest (gateway.trustedDocuments). Send the operation itself.',
  );
}

function notTrusted(): HubError {
  return new HubError(
    'DOCUMENT_NOT_TRUSTED',
    'Expected a document of the manifest, by its id or with exactly its text (gateway.trustedDocuments.only). Extract it from the front-end with customer360 documents extract, and restart the hub with the new manifest.',
  );
}
