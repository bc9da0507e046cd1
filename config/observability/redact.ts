/** Keys whose text is never shown: in the log, in messages, in printed settings. */
const secretKey =
  /pass(word|wd|phrase)?$|secret|token$|^authorization$|^proxy-authorization$|^cookie$|^set-cookie$|api[-_]?key|private[-_]?key|credential/i;

const urlUserInfo = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s/@"'\\]+)@/gi;
const authorizationValue = /\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi;

export const REDACTED = '[redacted]';

/** Is the value under this key a secret? */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key);
}

/** The text without the login part of URLs and without authorization values. */
export function redactText(text: string): string {
  return text.replace(urlUserInfo, `$1${REDACTED}@`).replace(authorizationValue, `$1 ${REDACTED}`);
}
