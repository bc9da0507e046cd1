#!/usr/bin/env bash
# odata-v4-inmemory 0.1.9 never finds a text with an apostrophe.
# OData doubles an apostrophe inside a literal ('O''Neil'). The filter compares with the doubled text, so that no row equals it,
# and `ne` lets the row through that it names.
#
# Installs odata-v4-inmemory@0.1.9 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent odata-v4-inmemory@0.1.9
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const { createFilter } = createRequire(import.meta.url)('odata-v4-inmemory');
const rows = [{ name: "O'Neil" }, { name: 'Miller' }];
for (const filter of ["name eq 'Miller'", "name eq 'O''Neil'", "name ne 'O''Neil'"]) {
  console.log(filter.padEnd(18), '->', rows.filter(createFilter(filter)).map(({ name }) => name).join(', ') || 'none');
}
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
name eq 'Miller'   -> Miller
name eq 'O''Neil'  -> none
name ne 'O''Neil'  -> O'Neil, Miller
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
