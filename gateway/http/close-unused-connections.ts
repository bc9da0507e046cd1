import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Lets a server stop without waiting for connections that clients opened beforehand and never asked anything on. */
export function closeUnusedConnections(app: FastifyInstance): void {
  const unused = new Set<Socket>();
  for (const opened of ['connection', 'secureConnection']) {
    app.server.on(opened, (socket: Socket) => {
      unused.add(socket);
      socket.once('close', () => unused.delete(socket));
    });
  }
  app.server.on('request', ({ socket }: IncomingMessage) => unused.delete(socket));
  app.addHook('preClose', async () => {
    for (const socket of unused) socket.destroy();
  });
}
