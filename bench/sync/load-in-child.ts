import { openCache } from '../../cache/database/open-cache.ts';
import { type ChildLoad, type ChildReport, taskOfChild } from './child-load.ts';
import { createOrderSource } from './order-source.ts';
import { runPass } from './run-pass.ts';

/* One pass over all orders in a process of its own, which says at the end how much memory it took at most. */

const { url, orders, pageSize }: ChildLoad = taskOfChild();
const cache = await openCache({ url, poolSize: 4 });
const started = performance.now();
await runPass(cache, createOrderSource({ orders, pageSize }));
const seconds = (performance.now() - started) / 1_000;
await cache.close();
const report: ChildReport = { seconds, peakMiB: process.resourceUsage().maxRSS / 1_024 };
process.stdout.write(JSON.stringify(report));
