#!/usr/bin/env bash
# Three cron libraries disagree on a day of month together with a weekday.
# `0 0 13 * 5` runs on each 13th and on each Friday by crontab(5), and in croner and cron-parser. In node-cron both must hold:
# it runs on Friday the 13th only. A schedule moved from a crontab runs twice a year instead of five times a month.
#
# Installs node-cron@4.6.0 croner@11.0.1 cron-parser@5.10.6 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node-cron@4.6.0 croner@11.0.1 cron-parser@5.10.6
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const { Cron } = require('croner');
const { CronExpressionParser } = require('cron-parser');
const cron = require('node-cron');
const expression = '0 0 13 * 5';
const day = (date) => new Date(date).toISOString().slice(0, 10);
const runs = new Cron(expression, { timezone: 'UTC' }).nextRuns(4, '2026-12-01T00:00:00Z');
const parsed = CronExpressionParser.parse(expression, { tz: 'UTC', currentDate: '2026-12-01T00:00:00Z' });
console.log('croner     ', runs.map(day).join(' '));
console.log('cron-parser', Array.from({ length: 4 }, () => day(parsed.next().toDate())).join(' '));
const task = cron.createTask(expression, () => {}, { timezone: 'UTC' });
const matches = (text) => task.timeMatcher?.match(new Date(text)) ?? task.runner?.timeMatcher?.match(new Date(text));
for (const text of ['2026-12-04', '2026-12-13', '2026-11-13']) console.log('node-cron  ', text, matches(`${text}T00:00:00Z`));
task.destroy();
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
croner      2026-12-04 2026-12-11 2026-12-13 2026-12-18
cron-parser 2026-12-04 2026-12-11 2026-12-13 2026-12-18
node-cron   2026-12-04 false
node-cron   2026-12-13 false
node-cron   2026-11-13 true
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
