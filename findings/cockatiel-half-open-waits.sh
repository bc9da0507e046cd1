#!/usr/bin/env bash
# A half-open circuit breaker of cockatiel 3.2.1 lets a second call wait for the trial, without a limit.
# While the breaker is half-open, one call is the trial. A second call is neither refused nor run: it waits until the trial ends,
# and is run then. A caller with a deadline of its own has to race the breaker against it.
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
const wait = (ms, value) => new Promise((done) => setTimeout(done, ms, value));
const breaker = circuitBreaker(handleAll, { halfOpenAfter: 20, breaker: new ConsecutiveBreaker(1) });
await breaker.execute(() => { throw new Error('down'); }).catch(() => {});
await wait(50);
let endTrial;
const trial = breaker.execute(() => new Promise((done) => { endTrial = done; }));
const second = breaker.execute(() => 'ran').catch(() => 'refused');
console.log('while the trial runs:', await Promise.race([second, wait(500, 'still waiting')]));
endTrial();
await trial;
console.log('after the trial:', await second);
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
while the trial runs: still waiting
after the trial: ran
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
