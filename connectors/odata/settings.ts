import { z } from 'zod';
import { httpAuth, httpUrl } from '../../config/settings/http-settings.ts';
import { sourceSettings, streamSettings } from '../../config/settings/settings.ts';
import { rateLimit, rewriteLinks } from '../http/settings.ts';

/** One entity set. */
const odataStream = streamSettings.extend({
  /** Properties asked for; those of `key`, `cursor` and `deletes` are always added. All when left out. */
  select: z.array(z.string().min(1)).optional(),
  /** Navigation properties read with each record, e.g. `to_Item`. */
  expand: z.array(z.string().min(1)).default([]),
  /** Only records of this `$filter`. */
  filter: z.string().optional(),
  /**
   * `keyset`: each page is asked for by what lies after the last record of the page before; nothing is skipped when
   * rows come and go meanwhile. `links`: the source's own next links are followed, for sources that cannot filter
   * by key.
   */
  paging: z.enum(['keyset', 'links']).default('keyset'),
  /**
   * `on`: the source is asked how many records a read has, and fewer fail it. `off`: it is not asked, for sources that
   * count slowly or wrongly.
   */
  count: z.enum(['on', 'off']).default('on'),
  /** Asks the source to keep track of changes (`Prefer: odata.track-changes`); each pass then follows its delta link. */
  deltas: z.boolean().optional(),
});

/** A service that speaks OData, such as those of SAP S/4HANA or Dynamics 365. */
export const odataSettings = sourceSettings
  .extend({
    kind: z.literal('odata'),
    /** The service root: what comes before the entity set. */
    url: httpUrl,
    version: z.union([z.literal(2), z.literal(3), z.literal(4)]).default(4),
    auth: httpAuth,
    rateLimit,
    rewriteLinks,
    /** Sent with every request, e.g. `sap-client: "100"`. */
    headers: z.record(z.string(), z.string()).default({}),
    pageSize: z.int().min(1).max(10_000).default(500),
    streams: z.record(z.string(), odataStream),
  })
  .superRefine(({ version, streams }, context) => {
    if (version === 4) return;
    for (const [name, { deltas }] of Object.entries(streams)) {
      if (!deltas) continue;
      const message = 'delta links come with version 4 of OData: leave deltas out, or correct version.';
      context.addIssue({ code: 'custom', path: ['streams', name, 'deltas'], message });
    }
  });

export type OdataSettings = z.infer<typeof odataSettings>;
export type OdataStream = z.infer<typeof odataStream>;
