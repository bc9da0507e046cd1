import type { Visible } from '../../cache/records/visible.ts';
import { allOf, among, asciiOnly } from '../../cache/sql/condition.ts';
import type { AccessSettings } from '../../config/settings/access-settings.ts';
import type { Viewer } from './viewer.ts';

/** The customers a viewer may see by the row rules: all of the rules must hold. A claim that is not there shows nobody. */
export function visibleCustomers(rules: AccessSettings['rows'], viewer: Viewer): Visible {
  const applying = rules.filter(({ unless }) => unless === undefined || !viewer.scopes.has(unless));
  if (applying.length === 0) return null;
  return allOf(applying.map(({ field, claim }) => among(`c.${field}`, asciiOnly(viewer.claims[claim] ?? []))));
}
