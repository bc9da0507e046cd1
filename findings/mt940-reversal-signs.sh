#!/usr/bin/env bash
# Two readers of MT940 bank statements disagree on the sign of reversals.
# In field 61, RD is the reversal of a debit: money comes in. RC is the reversal of a credit: money goes out. The balances of this
# statement (1000 + 100 - 50 = 1050) say so, too. mt940js has the signs right. mt940-js calls both an expense: its lines add up to
# 850. mt940-js also requires tslib, which its package.json does not name.
#
# Installs mt940js@1.3.5 mt940-js@1.0.0 tslib@2.9.1 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent mt940js@1.3.5 mt940-js@1.0.0 tslib@2.9.1
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const { Parser } = require('mt940js');
const { read } = require('mt940-js');
const text = [':20:STATEMENT', ':25:10020030/1234567', ':28C:1/1', ':60F:C261101EUR1000,00',
  ':61:2611021102RD100,00NTRFNONREF//B1', ':86:reversal of a debit',
  ':61:2611031103RC50,00NTRFNONREF//B2', ':86:reversal of a credit', ':62F:C261103EUR1050,00', '-'].join('\r\n');
const [one] = new Parser().parse(text);
const [other] = await read(Buffer.from(text));
const sum = (amounts) => amounts.reduce((all, amount) => all + amount, 0);
const signed = other.transactions.map(({ amount, isExpense }) => (isExpense ? -amount : amount));
console.log('mt940js  ', one.transactions.map(({ amount }) => amount).join(' '), '->', 1000 + sum(one.transactions.map(({ amount }) => amount)));
console.log('mt940-js ', signed.join(' '), '->', 1000 + sum(signed));
console.log('statement', one.closingBalance);
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
mt940js   100 -50 -> 1050
mt940-js  -100 -50 -> 850
statement 1050
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
