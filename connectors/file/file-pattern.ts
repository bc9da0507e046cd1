export interface FilePattern {
  /** Below the source's folder; '' for the folder itself. */
  directory: string;
  matches(name: string): boolean;
}

/** Compiles `crm/people-*.csv`: a fixed directory, and a name in which `*` is any text and `?` any character. */
export function compileFilePattern(resource: string): FilePattern {
  const slash = resource.lastIndexOf('/');
  const name = resource.slice(slash + 1);
  const source = name
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const whole = new RegExp(`^${source}$`, 'su');
  return { directory: slash === -1 ? '' : resource.slice(0, slash), matches: (file) => whole.test(file) };
}

/** Names under which programs keep files that are not finished: uploads, downloads, editors. */
export function isUnfinished(name: string): boolean {
  return name.startsWith('.') || /(~|\.(part|partial|filepart|tmp|temp|crdownload|swp|uploading|writing))$/i.test(name);
}
