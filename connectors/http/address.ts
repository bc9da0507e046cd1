/** An address below the base address: `orders` and `/orders` both mean `<base>/orders`. */
export function addressBelow(base: string, path: string, query: readonly (readonly [string, string])[] = []): string {
  const url = new URL(base);
  const [pathname = '', ownQuery] = splitOnce(path, '?');
  url.pathname = joined(url.pathname, pathname);
  url.search = [url.search.slice(1), ownQuery, encodeQuery(query)].filter(Boolean).join('&');
  return url.href;
}

/**
 * The address a source names for the next page, on the host it was configured with: sources behind a proxy name
 * the host they see themselves, and a login must never follow a link elsewhere.
 */
export function nextAddress(base: string, current: string, link: string): string {
  const configured = new URL(base);
  const next = new URL(link, current);
  next.protocol = configured.protocol;
  next.host = configured.host;
  next.port = configured.port;
  next.username = configured.username;
  next.password = configured.password;
  return next.href;
}

/** A space is `%20`: `+` is a plus sign to OData. */
export function encodeQuery(query: readonly (readonly [string, string])[]): string {
  return query.map(([name, value]) => `${encodeName(name)}=${encodeURIComponent(value)}`).join('&');
}

function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll('%24', '$');
}

function joined(base: string, path: string): string {
  if (path === '') return base;
  return `${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
