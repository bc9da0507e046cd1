import { type DocumentNode, type ExecutionResult, GraphQLError, print } from 'graphql';
import { z } from 'zod';
import { HubError } from '../../config/errors.ts';
import type { ServiceSettings } from '../../config/settings/service-settings.ts';
import { hideSecrets } from '../../connectors/http/hide-secrets.ts';
import { createAuthorization } from '../../connectors/http/login/authorization.ts';
import { TokenRefused } from '../../connectors/http/login/renewed-login.ts';
import { BadAnswer, createSend, type RawAnswer } from '../../connectors/http/send.ts';
import { createSourceBreaker } from '../../connectors/source-breaker.ts';
import { noServiceNotices, type ServiceOutcome } from './service-notices.ts';

export interface ServiceRequest {
  document: DocumentNode;
  variables?: Readonly<Record<string, unknown>> | undefined;
  /** The caller's own login, where it is to be passed on. */
  authorization?: string | undefined;
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
}

/** A service over HTTP. */
export interface ServiceCaller {
  /** One operation. Never rejects: what goes wrong is in the answer, as SERVICE_* errors that name the service. */
  execute(request: ServiceRequest): Promise<ExecutionResult>;
  close(): void;
}

type Settings = Pick<ServiceSettings, 'auth' | 'headers' | 'timeout' | 'maxBytes'>;

/** Words of a service that are passed on to clients. */
const LONGEST_MESSAGE = 300;

/** An answer as GraphQL over HTTP has it; data is judged by the schema later, field by field. */
const wireAnswer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(z.object({ message: z.string(), path: z.array(z.union([z.string(), z.int()])).nullish() }))
    .max(10_000)
    .optional(),
});

/** The one way services are spoken to: timeout, size bound, breaker, login, and no secrets in what is said of them. */
export function createServiceCaller(
  name: string,
  url: string,
  { auth, headers, timeout, maxBytes }: Settings,
  notices = noServiceNotices,
): ServiceCaller {
  const { send, close } = createSend({ idle: timeout, total: timeout, maxBytes });
  const authorization = createAuthorization(auth, send);
  const breaker = createSourceBreaker(name, {
    breaker: ({ state }) => notices.breaker(state),
    tried: () => undefined,
  });

  return { execute, close };

  async function execute(request: ServiceRequest): Promise<ExecutionResult> {
    const begun = performance.now();
    const tell = (outcome: ServiceOutcome) => notices.asked(outcome, (performance.now() - begun) / 1_000);
    try {
      const result = resultOf(await answerOf(request), request);
      tell(result.errors ? 'failed' : 'ok');
      return result;
    } catch (error) {
      const fault = judged(error);
      tell(request.signal?.aborted ? 'given-up' : outcomeOf(fault));
      return failed(fault);
    }
  }

  function answerOf({ document, variables = {}, authorization, signal = neverAborted }: ServiceRequest) {
    const body = JSON.stringify({ query: print(document), variables });
    return breaker.run(
      () => exchange(body, authorization, signal),
      (settled) => (settled.status === 'rejected' && isSilence(settled.reason) && !signal.aborted ? 'no answer' : null),
      signal,
    );
  }

  /** An answer that says something. Rejects with Error where there is none. */
  async function exchange(body: string, forwarded: string | undefined, signal: AbortSignal): Promise<RawAnswer> {
    const own = { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' };
    const ask = async () => {
      const login = await authorization.headers(signal);
      const all = { ...own, ...headers, ...login, ...(forwarded !== undefined && { authorization: forwarded }) };
      const exchanged = { method: 'POST', url, headers: all, body } as const;
      // services close connections that were idle: what only reads may be sent once more
      const answer = await send(exchanged, signal).catch((error: unknown) => {
        if (!/ECONNRESET|EPIPE|socket hang up/.test(String(error))) throw error;
        return send(exchanged, signal);
      });
      return { login, answer };
    };
    const first = await ask();
    const { answer } = first.answer.status === 401 && authorization.renew(first.login) ? await ask() : first;
    if (answer.status >= 500 || answer.status === 429) throw new Error(`it answered with status ${answer.status}`);
    return answer;
  }

  function resultOf({ status, text }: RawAnswer, { authorization: forwarded }: ServiceRequest): ExecutionResult {
    if (status === 401 || status === 403) {
      throw fault(
        'SERVICE_REFUSED',
        `Expected an answer of the service ${name}, but it refuses the login (${status}).`,
      );
    }
    const read = wireAnswer.safeParse(jsonOf(text));
    if (!read.success || (read.data.data === undefined && !read.data.errors?.length)) {
      throw fault(
        'SERVICE_ANSWER_INVALID',
        `Expected a GraphQL answer of the service ${name}, got something else (status ${status}).`,
      );
    }
    const { data, errors = [] } = read.data;
    const hide = hideSecrets([
      ...Object.values(headers),
      ...authorization.secrets(),
      ...(forwarded ? [forwarded] : []),
    ]);
    return {
      ...(data !== undefined && { data }),
      ...(errors.length > 0 && {
        errors: errors.map(({ message, path }) => {
          const said = hide(message).slice(0, LONGEST_MESSAGE);
          return wrapped(fault('SERVICE_FAILED', `The service ${name} failed: ${said}`), path);
        }),
      }),
    };
  }

  function judged(error: unknown): HubError {
    if (error instanceof TokenRefused) {
      return fault('SERVICE_REFUSED', `Expected a login for the service ${name}, but it was refused.`, error);
    }
    if (error instanceof BadAnswer) {
      return fault('SERVICE_ANSWER_INVALID', `Of the service ${name}: ${error.message}.`, error);
    }
    if (error instanceof HubError && error.code !== 'SOURCE_BREAKER_OPEN') return error;
    const why = error instanceof HubError ? 'it failed several times in a row and is left alone' : silenceOf(error);
    return fault('SERVICE_UNREACHABLE', `Expected an answer of the service ${name}, got none: ${why}.`, error);
  }

  function fault(
    code: 'SERVICE_UNREACHABLE' | 'SERVICE_REFUSED' | 'SERVICE_ANSWER_INVALID' | 'SERVICE_FAILED',
    message: string,
    cause?: unknown,
  ): HubError {
    return new HubError(code, message, { source: name, cause });
  }
}

const neverAborted = new AbortController().signal;

/** Whether a service did not answer, as opposed to answering something that is of no use. */
function isSilence(error: unknown): boolean {
  return !(error instanceof BadAnswer || error instanceof TokenRefused);
}

/** Addresses inside the company are nothing for clients: what went wrong is told by kind. */
function silenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  if (/^(it answered|no (whole )?answer within)/.test(message)) return message;
  return message.includes('ECONNREFUSED') ? 'the connection was refused' : 'the connection failed';
}

function outcomeOf({ code, cause }: HubError): ServiceOutcome {
  if (code === 'SERVICE_REFUSED') return 'refused';
  if (code === 'SERVICE_ANSWER_INVALID') return 'invalid';
  return cause instanceof HubError && cause.code === 'SOURCE_BREAKER_OPEN' ? 'left-alone' : 'unreachable';
}

function failed(error: HubError): ExecutionResult {
  return { data: null, errors: [wrapped(error)] };
}

function wrapped(error: HubError, path?: readonly (string | number)[] | null): GraphQLError {
  return new GraphQLError(error.message, {
    path: path ?? null,
    originalError: error,
    extensions: { code: error.code },
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
