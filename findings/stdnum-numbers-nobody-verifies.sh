#!/usr/bin/env bash
# stdnum 1.12.0 calls numbers valid that stand for "none", or that have no check digit to verify.
# 999999990 is what Portuguese tills book a final consumer under, 00000000191 and 00000000T are fillers of Brazil and Spain: their
# check digits are right. Numbers of the United States have none. Taiwan's `ban` is not verified by its check digit (12345678 fails
# it). "Valid" is no proof that two records are of one taxpayer.
#
# Installs stdnum@1.12.0 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent stdnum@1.12.0
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const { stdnum } = createRequire(import.meta.url)('stdnum');
for (const [country, scheme, number] of [['PT', 'nif', '999999990'], ['BR', 'cpf', '00000000191'], ['ES', 'dni', '00000000T'], ['US', 'ein', '123456788'], ['US', 'ein', '123456789'], ['TW', 'ban', '12345678']]) {
  console.log(country, scheme, number, stdnum[country][scheme].validate(number).isValid);
}
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
PT nif 999999990 true
BR cpf 00000000191 true
ES dni 00000000T true
US ein 123456788 true
US ein 123456789 true
TW ban 12345678 true
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
