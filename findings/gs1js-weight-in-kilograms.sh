#!/usr/bin/env bash
# gs1js 0.0.2 cuts the application identifier of a net weight to two digits.
# 3103 is a net weight in kilograms with three decimals: 3103001250 is 1.250 kg. The reader takes 31 for the identifier and 03001250
# for the value, without an error. The number of decimals is part of the value then.
#
# Installs gs1js@0.0.2 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent gs1js@0.0.2
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const { GS1Reader } = createRequire(import.meta.url)('gs1js');
for (const { identifier, value } of new GS1Reader('01095011015300033103001250').getApplicationIdentifiers()) console.log(identifier, value);
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
01 09501101530003
31 03001250
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
