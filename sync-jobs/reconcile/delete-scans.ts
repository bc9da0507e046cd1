import type { StreamSettings } from '../../config/settings/settings.ts';

/**
 * Whether what a stream no longer shows is looked for by scans of its keys. A source that marks deleted records may
 * hide them from its lists as well, or delete others for good: a mark alone is only seen where it is shown.
 */
export function noticesByScan(deletes: StreamSettings['deletes']): boolean {
  return typeof deletes === 'string' ? deletes === 'scan' : deletes.scan !== false;
}
