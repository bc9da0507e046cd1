import { performance } from 'node:perf_hooks';
import { Command } from 'commander';
import { sumUnits } from '../customer-360/exact-decimal.ts';
import { salesCurve } from '../customer-360/insight/grade.ts';
import { type BgNbd, expectedPurchases, fitBgNbd, probabilityAlive } from '../customer-360/insight/models/bg-nbd.ts';
import { expectedAmount, fitGammaGamma, type GammaGamma } from '../customer-360/insight/models/gamma-gamma.ts';
import { createBuyingCounts, dayOf, repeatBuyingOf } from '../customer-360/insight/models/repeat-buying.ts';
import { type Purchases, readCdnow, readNorthwindSales } from './insight/public-data.ts';
import { measureRefresh } from './insight/refresh-speed.ts';
import { createRandom, simulateBuying } from './insight/simulate-buying.ts';

const { data, customers, stored } = new Command('bench:insight')
  .description('Fits the models to public data sets and compares with what has been published of them.')
  .requiredOption('--data <folder>', 'a folder with cdnow/CDNOW_sample.txt and, if wanted, northwind/northwind.sql')
  .option('--customers <n>', 'how many customers to simulate', Number, 1_000_000)
  .option('--stored <n>', 'how many customers to work the numbers out of in a database; 0 for none', Number, 2_000)
  .parse()
  .opts<{ data: string; customers: number; stored: number }>();

/** End of the 39 weeks the models learn from. */
const CALIBRATION_END = dayOf('1997-09-30');
const HOLDOUT_WEEKS = 39;
/** Nine months, as the CDNOW sample; each customer begins within the first 84 days. */
const SIMULATED = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

const cdnow = readCdnow(data);
console.log(`CDNOW sample, ${cdnow.size} customers, calibration to 1997-09-30, same-day purchases merged\n`);
const buying = await compareBuying(cdnow);
await compareSpending(cdnow);
compareHoldout(cdnow, buying);
compareCurves(cdnow);
await simulate();
if (stored > 0) for (const line of await measureRefresh(stored)) console.log(line);

async function compareBuying(purchases: Purchases): Promise<BgNbd> {
  const counts = createBuyingCounts();
  for (const days of purchases.values()) {
    const seen = repeatBuyingOf(sortedDays(days), CALIBRATION_END);
    if (seen) counts.add(seen);
  }
  const fit = await fitBgNbd(counts.list());
  if (!fit) throw new Error('Expected CDNOW to have enough customers for a fit.');
  const { parameters } = fit;
  const one = { x: 2, tx: 30.43, T: 38.86 };
  row('BG/NBD r', parameters.r, 0.243, 0.005 * 0.243);
  row('BG/NBD α', parameters.alpha, 4.414, 0.005 * 4.414);
  row('BG/NBD a', parameters.a, 0.793, 0.005 * 0.793);
  row('BG/NBD b', parameters.b, 2.426, 0.005 * 2.426);
  row('BG/NBD log-likelihood', fit.logLikelihood, -9582.43, 0.05);
  row('E[Y(39) | 2, 30.43, 38.86]', expectedPurchases(parameters, one, 39), 1.226, 0.002);
  row('P(alive | 2, 30.43, 38.86)', probabilityAlive(parameters, one), 0.7266, 0.0005);
  return parameters;
}

async function compareSpending(purchases: Purchases): Promise<GammaGamma> {
  const spendings = [...purchases.values()].map((days) => {
    const repeats = sortedDays(days)
      .filter((day) => day <= CALIBRATION_END)
      .slice(1);
    const sum = sumUnits(repeats.map((day) => days.get(day) ?? 0n));
    return { purchases: repeats.length, average: repeats.length === 0 ? 0 : Number(sum) / 10_000 / repeats.length };
  });
  const fit = await fitGammaGamma(spendings);
  if (!fit) throw new Error('Expected CDNOW to have enough repeat buyers for a fit.');
  const { parameters } = fit;
  row('Gamma-Gamma p', parameters.p, 6.25, 0.005 * 6.25);
  row('Gamma-Gamma q', parameters.q, 3.74, 0.005 * 3.74);
  row('Gamma-Gamma v', parameters.v, 15.45, 0.005 * 15.45);
  row('E(M | 2, 22.35)', expectedAmount(parameters, { purchases: 2, average: 22.35 }), 24.66, 0.005);
  return parameters;
}

/** What the model foresaw for the 39 weeks it has not seen, against what came. */
function compareHoldout(purchases: Purchases, parameters: BgNbd): void {
  let foreseen = 0;
  let bought = 0;
  for (const days of purchases.values()) {
    const sorted = sortedDays(days);
    const seen = repeatBuyingOf(sorted, CALIBRATION_END);
    if (!seen) continue;
    foreseen += expectedPurchases(parameters, seen, HOLDOUT_WEEKS);
    bought += sorted.filter((day) => day > CALIBRATION_END && day <= CALIBRATION_END + HOLDOUT_WEEKS * 7).length;
  }
  console.log(`\nNext ${HOLDOUT_WEEKS} weeks: ${foreseen.toFixed(0)} purchases foreseen, ${bought} made\n`);
}

function compareCurves(purchases: Purchases): void {
  const sales = [...purchases.values()].map((days) => sumUnits([...days.values()]));
  const northwind = readNorthwindSales(data);
  for (const [name, each, told, within] of [
    ['CDNOW', sales, [50.9, 67.8], 0.5],
    ['Northwind', northwind, [42.9, 60.1], 0.05],
  ] as const) {
    if (!each) continue;
    const curve = salesCurve(each);
    row(`${name}, sales of the top 10 %`, curve[0]?.salesPercent ?? 0, told[0], within);
    row(`${name}, sales of the top 20 %`, curve[1]?.salesPercent ?? 0, told[1], within);
  }
}

async function simulate(): Promise<void> {
  const random = createRandom(360);
  const counts = createBuyingCounts();
  const started = performance.now();
  for (let n = 0; n < customers; n++) {
    counts.add(simulateBuying(SIMULATED, 189 + Math.floor(random() * 84), random));
  }
  const [fitted, before] = [performance.now(), process.cpuUsage()];
  const fit = await fitBgNbd(counts.list());
  const [ended, { user, system }] = [performance.now(), process.cpuUsage(before)];
  if (!fit) throw new Error('Expected at least 20 simulated customers.');
  const { r, alpha, a, b } = fit.parameters;
  console.log(
    `\n${customers} simulated customers (${counts.list().length} kinds) made in ${seconds(fitted - started)} s` +
      `\nfit in ${seconds(ended - fitted)} s (${seconds((user + system) / 1_000)} s of CPU): r ${r.toFixed(3)}, α ${alpha.toFixed(3)}, a ${a.toFixed(3)}, b ${b.toFixed(3)}` +
      ` (true: ${Object.values(SIMULATED).join(', ')})`,
  );
}

function row(name: string, measured: number, published: number, within: number): void {
  const fits = Math.abs(measured - published) <= within;
  if (!fits) process.exitCode = 1;
  console.log(
    `${name.padEnd(30)} ${measured.toFixed(4).padStart(12)} ${String(published).padStart(10)}  ${fits ? 'fits' : `differs by ${(measured - published).toFixed(4)}`}`,
  );
}

function sortedDays(days: ReadonlyMap<number, unknown>): number[] {
  return [...days.keys()].sort((x, y) => x - y);
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(1);
}
