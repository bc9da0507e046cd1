import { Agent } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { post } from '../gateway/load.ts';
import type { Answer, Request } from './mixture.ts';

/** How current the systems are differs from moment to moment; changes and mistakes are not asked twice. */
const notCompared = new Set(['numbers of a customer', 'sources', 'merge', 'unmerge', 'mistake']);

/**
 * Asks two hubs on one database the same: one that kept answers all the while, and one that keeps nothing. Says what
 * differs.
 */
export async function compareAnswers(
  urls: { kept: string; fresh: string },
  requests: (n: number) => Request,
  count: number,
): Promise<{ compared: number; different: string[] }> {
  const agent = new Agent({ keepAlive: true });
  const different: string[] = [];
  let compared = 0;
  for (let n = 0; n < count; n++) {
    const { kind, body } = requests(n);
    if (notCompared.has(kind)) continue;
    const [kept, fresh] = await Promise.all(
      [urls.kept, urls.fresh].map(async (url) => JSON.parse(await post(url, agent, body)) as Answer),
    );
    compared += 1;
    if (!isDeepStrictEqual(kept?.data, fresh?.data)) different.push(`${kind}: ${body.slice(0, 300)}`);
  }
  agent.destroy();
  return { compared, different };
}
