import { createServer, type IncomingMessage } from 'node:http';
import { announce } from './contender.ts';

interface GraphRequest {
  query: string;
  variables: Record<string, unknown>;
}

/** The least a server can be: node:http, a POST body, an answer as text. */
export function serveJson(answer: (request: GraphRequest) => string | Promise<string>): void {
  const server = createServer(async (request, response) => {
    try {
      const text = await answer(JSON.parse(await bodyOf(request)) as GraphRequest);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    announce(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/graphql`);
  });
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => resolve(body));
    request.on('error', reject);
  });
}
