import { defends } from '../../config/defences.ts';
import { REDACTED, redactText } from '../../config/observability/redact.ts';

/** A secret of three letters is none, and hiding it would make every message unreadable. */
const SHORTEST = 4;

/** Compiles the removal of these secrets from texts, in the forms they travel in, and of logins in addresses. */
export function hideSecrets(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter(({ length }) => length >= SHORTEST)
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  if (!defends('hidden secrets')) return (text) => text;
  return (text) => longestFirst.reduce((shown, form) => shown.replaceAll(form, REDACTED), redactText(text));
}
