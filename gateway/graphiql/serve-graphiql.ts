import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const require = createRequire(import.meta.url);
const here = fileURLToPath(new URL('.', import.meta.url));

/** Scripts and fetches only from the hub itself; GraphiQL's editor sets styles of its own. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

interface Asset {
  type: string;
  file: () => string;
}

const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

/** Everything the page loads, from the installed packages: it works without internet. */
const assets: Record<string, Asset> = {
  'react.js': {
    type: script,
    file: () => besideOf(require.resolve('react/package.json'), 'umd/react.production.min.js'),
  },
  'react-dom.js': {
    type: script,
    file: () => besideOf(require.resolve('react-dom/package.json'), 'umd/react-dom.production.min.js'),
  },
  'graphiql.js': { type: script, file: () => besideOf(require.resolve('graphiql/package.json'), 'graphiql.min.js') },
  'graphiql.css': { type: style, file: () => besideOf(require.resolve('graphiql/package.json'), 'graphiql.min.css') },
  'start.js': { type: script, file: () => path.join(here, 'start.js') },
  'page.css': { type: style, file: () => path.join(here, 'page.css') },
};

/** Serves the GraphiQL page under /graphiql; returns what answers a browser elsewhere with the same page. */
export function serveGraphiql(app: FastifyInstance): (reply: FastifyReply) => FastifyReply {
  const page = pageHtml();
  const sendPage = (reply: FastifyReply) =>
    reply.header('content-security-policy', contentSecurityPolicy).type('text/html; charset=utf-8').send(page);

  app.get('/graphiql', (_request, reply) => sendPage(reply));
  for (const [name, asset] of Object.entries(assets)) {
    let zipped: Buffer | undefined;
    app.get(`/graphiql/${name}`, (request, reply) => {
      reply.type(asset.type).header('cache-control', 'public, max-age=3600').header('vary', 'accept-encoding');
      if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(readFileSync(asset.file()));
      zipped ??= gzipSync(readFileSync(asset.file()));
      return reply.header('content-encoding', 'gzip').send(zipped);
    });
  }
  return sendPage;
}

/** Is this a person's browser and not a GraphQL client? */
export function wantsPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') === true;
}

/** The operations that stand ready in tabs, in order. */
export function exampleOperations(): string[] {
  const folder = path.join(here, 'examples');
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(path.join(folder, file), 'utf8'));
}

function pageHtml(): string {
  // "<" is escaped so that no example can end the script element
  const examples = JSON.stringify(exampleOperations()).replaceAll('<', '\\u003c');
  return readFileSync(path.join(here, 'page.html'), 'utf8').replace('"EXAMPLES"', () => examples);
}

function besideOf(packageJson: string, file: string): string {
  return path.join(path.dirname(packageJson), file);
}
