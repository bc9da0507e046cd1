import type { DocumentNode, GraphQLSchema } from 'graphql';
import { compileOperation, interpretOperation, type RunOperation } from './compile-operation.ts';

/** Operations of documents that are kept elsewhere: what is made of a document goes with it. */
export interface LocalOperations {
  /** Compiled when the document has been asked for before: most of what is sent once is never sent again. */
  runner(document: DocumentNode, operationName?: string | null): RunOperation;
  /** Compiles at once, for operations that are known beforehand. */
  warm(document: DocumentNode, operationName?: string | null): void;
}

/** The local lane: an operation is interpreted the first time and compiled from the second on. */
export function createLocalOperations(schema: GraphQLSchema): LocalOperations {
  const runners = new WeakMap<DocumentNode, Map<string, { run: RunOperation; compiled: boolean }>>();

  return { runner, warm };

  function runner(document: DocumentNode, operationName?: string | null): RunOperation {
    const ofDocument = kept(document);
    const name = operationName ?? '';
    const known = ofDocument.get(name);
    if (known?.compiled) return known.run;
    // names that the document does not have are not remembered: a client could send any number of them
    if (known) return warm(document, operationName);
    const run = interpretOperation(schema, document, operationName);
    if (name === '' || hasOperation(document, name)) ofDocument.set(name, { run, compiled: false });
    return run;
  }

  function warm(document: DocumentNode, operationName?: string | null): RunOperation {
    const run = compileOperation(schema, document, operationName);
    kept(document).set(operationName ?? '', { run, compiled: true });
    return run;
  }

  function kept(document: DocumentNode) {
    const ofDocument = runners.get(document) ?? new Map<string, { run: RunOperation; compiled: boolean }>();
    runners.set(document, ofDocument);
    return ofDocument;
  }
}

function hasOperation(document: DocumentNode, name: string): boolean {
  return document.definitions.some((definition) => 'name' in definition && definition.name?.value === name);
}
