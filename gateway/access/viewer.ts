import { createHash } from 'node:crypto';
import { type Scope, scopes } from '../../config/settings/access-settings.ts';

/** Whoever asks, and what they may see. */
export interface Viewer {
  /** For the record of who read what: `user <subject>`, `key <name>`, or `anybody` where no login is asked for. */
  readonly name: string;
  readonly scopes: ReadonlySet<string>;
  /** Claim → its values. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /** Equal for two viewers exactly when they may see the same: what is cached for one may be shown to the other. */
  readonly rights: string;
}

/** Where no login is configured, the hub answers on loopback only, and everybody there may see everything. */
export const anybody: Viewer = createViewer({ name: 'anybody', scopes, claims: {} });

/** For where a viewer is missing: may see nothing that takes a scope. */
export const nobody: Viewer = createViewer({ name: 'nobody', scopes: [], claims: {} });

/** `claims` are those that row rules look at; others do not make rights differ. */
export function createViewer({
  name,
  scopes: granted,
  claims,
}: {
  name: string;
  scopes: readonly string[];
  claims: Readonly<Record<string, readonly string[]>>;
}): Viewer {
  const sortedScopes = [...new Set(granted)].sort();
  const sortedClaims = Object.entries(claims)
    .map(([claim, values]) => [claim, [...new Set(values)].sort()])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const rights = createHash('sha256')
    .update(JSON.stringify([sortedScopes, sortedClaims]))
    .digest('base64url');
  return Object.freeze({ name, scopes: new Set(sortedScopes), claims, rights });
}

export function may(viewer: Viewer, scope: Scope): boolean {
  return viewer.scopes.has(scope);
}
