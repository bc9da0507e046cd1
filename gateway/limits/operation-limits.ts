import type { DocumentNode, GraphQLSchema } from 'graphql';
import { HubError } from '../../config/errors.ts';
import type { Settings } from '../../config/settings/settings.ts';
import { compileMeasure, type MeasureOperation, type OperationSize } from './measure-operation.ts';

export type Limits = Pick<Settings['gateway'], 'maxDepth' | 'maxAliases' | 'maxCost'>;

interface Asked {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | undefined;
}

/** Measures an operation; throws OPERATION_TOO_LARGE where it asks for more than the limits allow. */
export type MeasureWithin = (asked: Asked) => OperationSize;

/** What can be read of an operation is read once a document. */
export function createOperationLimits(schema: GraphQLSchema, limits: Limits): MeasureWithin {
  const measures = new WeakMap<DocumentNode, Map<string, MeasureOperation>>();
  return ({ document, operationName, variables = {} }) => {
    const ofDocument = measures.get(document) ?? new Map<string, MeasureOperation>();
    measures.set(document, ofDocument);
    const name = operationName ?? '';
    const measure = ofDocument.get(name) ?? compileMeasure(schema, document, operationName);
    ofDocument.set(name, measure);
    const size = measure(variables);
    refuseOver(size, limits);
    return size;
  };
}

function refuseOver({ depth, aliases, cost }: OperationSize, { maxDepth, maxAliases, maxCost }: Limits): void {
  if (depth > maxDepth) {
    throw tooLarge(
      `at most ${maxDepth} levels of fields (gateway.maxDepth), got ${depth}. Ask for the deeper ones by id`,
    );
  }
  if (aliases > maxAliases) {
    throw tooLarge(`at most ${maxAliases} aliases (gateway.maxAliases), got ${aliases}. Ask for lists instead`);
  }
  if (cost > maxCost) {
    throw tooLarge(
      `an answer of at most ${maxCost} objects (gateway.maxCost), got ${Math.round(cost)}. Give lists a smaller \`first\`, or ask for fewer levels of lists`,
    );
  }
}

function tooLarge(what: string): HubError {
  return new HubError('OPERATION_TOO_LARGE', `Expected an operation with ${what}.`);
}
