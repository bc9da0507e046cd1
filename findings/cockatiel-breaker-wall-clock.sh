#!/usr/bin/env bash
# The circuit breaker of cockatiel 3.2.1 measures its pause by the wall clock.
# The breaker is to try again after 20 ms. When the machine's clock is put back by an hour while it is open, it stays open for an
# hour and 20 ms: 100 ms later a call is refused without being tried.
# For us: pauses are measured by a steady clock.
#
# Installs cockatiel@3.2.1 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent cockatiel@3.2.1
cat >look.mjs <<'JS'
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
const breaker = circuitBreaker(handleAll, { halfOpenAfter: 20, breaker: new ConsecutiveBreaker(1) });
const ask = () => breaker.execute(() => 'ran').catch((error) => error.constructor.name);
await breaker.execute(() => { throw new Error('down'); }).catch(() => {});
const now = Date.now;
Date.now = () => now() - 3_600_000;
await new Promise((done) => setTimeout(done, 100));
console.log('clock put back by an hour:', await ask());
Date.now = now;
console.log('clock right again:        ', await ask());
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
clock put back by an hour: BrokenCircuitError
clock right again:         ran
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
