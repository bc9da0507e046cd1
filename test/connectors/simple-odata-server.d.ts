declare module 'simple-odata-server' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** A filter in the notation of MongoDB. */
  export type Criteria = { [property: string]: unknown };

  export interface Query {
    collection: string;
    $filter: Criteria;
    $select: Record<string, 1>;
    $sort?: Record<string, 1 | -1>;
    $skip?: number;
    $limit?: number;
    $count?: boolean;
    $inlinecount?: boolean;
  }

  export interface ODataServer {
    model(model: object): ODataServer;
    query(
      find: (
        collection: string,
        query: Query,
        request: IncomingMessage,
        done: (error: Error | null, found?: unknown) => void,
      ) => void,
    ): ODataServer;
    handle(request: IncomingMessage, response: ServerResponse): void;
  }

  export default function createODataServer(serviceUrl: string): ODataServer;
}
