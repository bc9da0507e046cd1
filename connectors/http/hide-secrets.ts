import { REDACTED, redactText } from '../../config/redact.ts';

/** Compiles the removal of these secrets from texts, in the forms they travel in, and of logins in addresses. */
export function hideSecrets(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => redactText(longestFirst.reduce((shown, form) => shown.replaceAll(form, REDACTED), text));
}
