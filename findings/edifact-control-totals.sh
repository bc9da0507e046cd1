#!/usr/bin/env bash
# The EDIFACT reader edifact 1.2.12 accepts an interchange whose control totals are wrong.
# UNT says 99 segments where the message has 4, and UNZ says 7 messages where there is 1. ISO 9735 has these counts so that a cut
# interchange is noticed. The reader gives all segments and no error: the totals are for the caller to check.
#
# Installs edifact@1.2.12 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent edifact@1.2.12
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const { Reader } = createRequire(import.meta.url)('edifact');
const text = "UNB+UNOA:3+SENDER+RECEIVER+261102:1200+1'UNH+1+ORDERS:D:96A:UN'BGM+220+PO1'UNS+S'UNT+99+1'UNZ+7+1'";
for (const { name, elements } of new Reader().parse(text)) {
  if (name === 'UNT' || name === 'UNZ') console.log(name, elements[0][0]);
}
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
UNT 99
UNZ 7
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
