import type { OdataService } from '../service.ts';

interface CountTarget {
  service: OdataService;
  stream: string;
  resource: string;
}

/** How many entities of a filter the source counts now; null where it does not count. */
export async function countEntities(
  { service, stream, resource }: CountTarget,
  filter: string | undefined,
  signal: AbortSignal,
): Promise<number | null> {
  const query = { $top: '1', $filter: filter };
  return (await service.page({ stream, resource, query, pageSize: 1, counted: true }, signal)).count;
}
