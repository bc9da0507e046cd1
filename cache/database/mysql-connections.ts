import type mysql from 'mysql2';
import { defends } from '../../config/defences.ts';

/** A connection that was used a moment ago is taken as it is, in milliseconds; one that rested longer is tried. */
const RESTED = 500;

/**
 * When something was sent on a connection last, by the monotonic clock. Not when the answer was seen: a process that
 * was busy sees it late, and the server counts from its own sending.
 */
const lastSent = new WeakMap<object, number>();

export function noteSent(connection: mysql.PoolConnection): void {
  lastSent.set(connection, performance.now());
}

/** Whether the server may have closed this connection meanwhile. */
export function hasRested(connection: mysql.PoolConnection): boolean {
  const sent = lastSent.get(connection);
  return sent !== undefined && performance.now() - sent >= RESTED && defends('live connections');
}

/**
 * A connection of the pool that answers. A server closes connections that rest longer than its `wait_timeout`; one
 * that it has closed is replaced before anything is sent, when nothing can be lost yet.
 */
export async function liveConnection(pool: mysql.Pool): Promise<mysql.PoolConnection> {
  for (;;) {
    const connection = await takeOne(pool);
    if (!hasRested(connection) || (await answers(connection))) return connection;
    connection.destroy();
  }
}

function takeOne(pool: mysql.Pool): Promise<mysql.PoolConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
  });
}

function answers(connection: mysql.PoolConnection): Promise<boolean> {
  return new Promise((resolve) => {
    connection.ping((error) => resolve(!error));
  });
}
