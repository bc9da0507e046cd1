import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { HubError } from '../../config/errors.ts';
import type { Log } from '../../config/observability/log.ts';
import type { Settings } from '../../config/settings/settings.ts';

type Tls = NonNullable<Settings['gateway']['tls']>;

/** Certificate and key as they are now. Throws SETTINGS_INVALID where they cannot be used. */
export function readTls({ cert, key }: Tls): { cert: Buffer; key: Buffer } {
  try {
    const read = { cert: readFileSync(cert), key: readFileSync(key) };
    createSecureContext(read);
    return read;
  } catch (cause) {
    throw new HubError(
      'SETTINGS_INVALID',
      `Expected gateway.tls.cert and gateway.tls.key to be PEM files that belong together (${cert}, ${key}): ${(cause as Error).message}.`,
      { cause },
    );
  }
}

/**
 * Looks at the files every so many milliseconds: renewed ones are used for new connections, ones that do not fit are
 * logged and the last good ones stay. Returns how to end it.
 */
export function followTls(server: Pick<Server, 'setSecureContext'>, tls: Tls, log: Log, interval = 5_000): () => void {
  const renew = () => {
    try {
      server.setSecureContext(readTls(tls));
      log.info({ cert: tls.cert }, 'The certificate was read anew');
    } catch (error) {
      log.error({ err: error }, 'The new certificate cannot be used: the one before stays');
    }
  };
  // by looking, not by being told: certificates are often links that are pointed elsewhere
  for (const file of [tls.cert, tls.key]) watchFile(file, { interval, persistent: false }, renew);
  return () => {
    for (const file of [tls.cert, tls.key]) unwatchFile(file, renew);
  };
}
