import {
  type DocumentNode,
  type GraphQLSchema,
  getDirectiveValues,
  getOperationAST,
  getVariableValues,
  Kind,
} from 'graphql';
import { HubError } from '../../config/errors.ts';

/** What an operation says with `@freshness`. */
export interface AskedFreshness {
  /** Seconds. */
  maxAge: number;
  onStale: 'SERVE' | 'FAIL';
}

interface Asked {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | undefined;
}

/** Undefined for operations without the directive. Throws BAD_USER_INPUT for an age below nothing. */
export type ReadAskedFreshness = (asked: Asked) => AskedFreshness | undefined;

/** Whether a document asks at all is looked up once a document. */
export function createAskedFreshness(schema: GraphQLSchema): ReadAskedFreshness {
  const directive = schema.getDirective('freshness');
  const asking = new WeakMap<DocumentNode, boolean>();

  return ({ document, operationName, variables }) => {
    const asks = asking.get(document) ?? asksIn(document);
    asking.set(document, asks);
    const operation = asks ? getOperationAST(document, operationName) : undefined;
    if (!operation || !directive) return undefined;
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
    // variables that do not fit are for the execution to refuse
    const values = coerced && (getDirectiveValues(directive, operation, coerced) as AskedFreshness | undefined);
    if (values && values.maxAge < 0) {
      const advice = 'Ask for 0 to have everything as of now.';
      throw new HubError(
        'BAD_USER_INPUT',
        `Expected @freshness(maxAge:) of 0 or more seconds, got ${values.maxAge}. ${advice}`,
      );
    }
    return values;
  };
}

function asksIn({ definitions }: DocumentNode): boolean {
  return definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      definition.directives?.some(({ name }) => name.value === 'freshness'),
  );
}
