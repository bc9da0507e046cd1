import http from 'node:http';
import https from 'node:https';
import axios from 'axios';
import { stringify } from 'lossless-json';
import { HubError } from '../../config/errors.ts';

export interface PostRequest {
  url: string;
  headers?: Record<string, string>;
  body: unknown;
}

export interface PostAnswer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

export type Post = (request: PostRequest, signal: AbortSignal) => Promise<PostAnswer>;

const MAX_ANSWER = 200_000_000;

/** Posts JSON, one connection a call: JSON-RPC servers of this kind close them anyway. */
export function createPost(system: string, timeout: number): Post {
  const agents = { httpAgent: new http.Agent({ keepAlive: false }), httpsAgent: new https.Agent({ keepAlive: false }) };
  return async ({ url, headers, body }, signal) => {
    try {
      const answer = await axios.post<string>(url, stringify(body), {
        ...agents,
        signal,
        timeout,
        headers: { 'Content-Type': 'application/json', ...headers },
        responseType: 'text',
        transformResponse: (text: string) => text,
        validateStatus: () => true,
        maxRedirects: 0,
        maxContentLength: MAX_ANSWER,
        proxy: false,
      });
      return { status: answer.status, headers: { ...answer.headers }, text: answer.data };
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      const message = `${new URL(url).origin} did not answer (${reason}). Is the server up, and url right?`;
      throw new HubError('SOURCE_UNREACHABLE', message, { source: system });
    }
  };
}
