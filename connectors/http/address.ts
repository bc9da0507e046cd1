/** An address below the base address: `orders` and `/orders` both mean `<base>/orders`. */
export function addressBelow(base: string, path: string, query: readonly (readonly [string, string])[] = []): string {
  const url = new URL(base);
  const [pathname = '', ownQuery] = splitOnce(path, '?');
  url.pathname = joined(url.pathname, pathname);
  url.search = [url.search.slice(1), ownQuery, encodeQuery(query)].filter(Boolean).join('&');
  return url.href;
}

/** Where the links of a source lead, as it sees itself, and where that is for the hub. */
export interface LinkRewrite {
  /** The beginning of a path, or of a whole address. */
  from: string;
  /** The path on the configured host that takes its place. */
  to: string;
}

/**
 * The address a source names for the next page, on the host it was configured with: sources behind a proxy name
 * the host they see themselves, and a login must never follow a link elsewhere. Where the path differs as well, the
 * first of `rewrites` that fits is applied. Throws Error for what is no address over HTTP.
 */
export function nextAddress(
  base: string,
  current: string,
  link: string,
  rewrites: readonly LinkRewrite[] = [],
): string {
  const configured = new URL(base);
  const next = new URL(wholeAddress(current, link));
  next.pathname = rewritten(next, rewrites);
  next.protocol = configured.protocol;
  next.host = configured.host;
  next.port = configured.port;
  next.username = configured.username;
  next.password = configured.password;
  next.hash = '';
  return next.href;
}

/** A link as the source wrote it, made whole by the address it was found under. Throws Error for what is no address over HTTP. */
export function wholeAddress(current: string, link: string): string {
  const whole = URL.canParse(link, current) ? new URL(link, current) : null;
  if (whole && /^https?:$/.test(whole.protocol)) return whole.href;
  throw new Error(`expected the source's link to be an address over HTTP, got ${link.slice(0, 200)}`);
}

function rewritten({ origin, pathname }: URL, rewrites: readonly LinkRewrite[]): string {
  for (const { from, to } of rewrites) {
    const [host, path] = from.startsWith('/') ? [origin, from] : [new URL(from).origin, new URL(from).pathname];
    if (host !== origin) continue;
    const rest = below(path, pathname);
    // A link that is in the right place already, below a `to` that begins like its `from`, stays as it is.
    if (rest === null || (below(path, to) !== null && below(to, pathname) !== null)) continue;
    return `${to.replace(/\/+$/, '')}${rest}` || '/';
  }
  return pathname;
}

/** What follows `folder` in a path: '' or something that begins with a slash; null where the path is not below it. */
function below(folder: string, path: string): string | null {
  const start = folder.replace(/\/+$/, '');
  if (path === start) return '';
  return path.startsWith(`${start}/`) ? path.slice(start.length) : null;
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
