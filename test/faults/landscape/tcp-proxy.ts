import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { WireFault } from './landscape.ts';

export interface TcpProxy {
  port: number;
  /** Faults count what the client sends; what is not a hang resets the connection. */
  disturb(faults: readonly WireFault[]): void;
  /** Asked of everything a client sends: what is to be done to its connection. */
  watch(judge: ((sent: Buffer) => Verdict) | null): void;
  stop(): Promise<void>;
}

/** `lost`: the connection is cut before the server hears of it; `unanswered`: after the server has done it. */
export type Verdict = 'pass' | 'lost' | 'unanswered';

/** A wire to a database that can be cut at a chosen moment. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  let faults: readonly WireFault[] = [];
  let asked = 0;
  let judge: ((sent: Buffer) => Verdict) | null = null;
  const open = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
    }
    const cut = () => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    let isMute = false;
    client.on('data', (sent) => {
      const fault = faults.find(({ at, times }) => asked >= at && asked < at + times)?.is;
      asked += 1;
      if (fault === 'hang') isMute = true;
      else if (fault !== undefined) return cut();
      if (isMute) return;
      const verdict = judge?.(sent) ?? 'pass';
      if (verdict === 'lost') return cut();
      if (verdict === 'unanswered') {
        isMute = true;
        upstream.once('data', cut);
      }
      upstream.write(sent);
    });
    upstream.on('data', (answer) => {
      if (!isMute) client.write(answer);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    disturb(next) {
      faults = next;
      asked = 0;
    },
    watch(next) {
      judge = next;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
