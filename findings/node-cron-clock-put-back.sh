#!/usr/bin/env bash
# node-cron 4.6.0 stands still for as long as the clock was put back.
# A task that runs each second has ticked. Then the clock goes back by an hour, as after a repaired time server or in a restored
# virtual machine. The task waits until the clock shows the time of its next tick again: for an hour nothing runs, without a word.
# For us: the schedule waits by a steady clock, and plans again after a jump.
#
# Installs node-cron@4.6.0 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node-cron@4.6.0
cat >look.mjs <<'JS'
let offset = 0;
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...parts) {
    if (parts.length === 0) super(Real.now() + offset);
    else super(...parts);
  }
  static now() { return Real.now() + offset; }
};
const { createRequire } = await import('node:module');
const cron = createRequire(import.meta.url)('node-cron');
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
let ticks = 0;
cron.schedule('* * * * * *', () => { ticks += 1; }, { timezone: 'UTC' });
await wait(4_000);
console.log('before:                      ', ticks > 0 ? 'ticks' : 'no ticks');
offset = -3_600_000;
await wait(2_000);
ticks = 0;
await wait(4_000);
console.log('clock put back by an hour:   ', ticks > 0 ? 'ticks' : 'no ticks');
process.exit(0);
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
before:                       ticks
clock put back by an hour:    no ticks
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
