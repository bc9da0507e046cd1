#!/usr/bin/env bash
# odata-v4-sql 0.1.2 turns `not` into a condition that is always true.
# `not (Name eq 'a')` becomes `1 = 1`, with a line on the console and no error. The statement made of it reads every row.
#
# Installs odata-v4-sql@0.1.2 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent odata-v4-sql@0.1.2
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const { createFilter } = createRequire(import.meta.url)('odata-v4-sql');
const log = console.log;
for (const filter of ["Name eq 'a'", "Name ne 'a'", "not (Name eq 'a')"]) {
  console.log = () => {};
  const { where } = createFilter(filter);
  console.log = log;
  console.log(filter.padEnd(18), '->', where);
}
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
Name eq 'a'        -> [Name] = ?
Name ne 'a'        -> [Name] <> ?
not (Name eq 'a')  -> 1 = 1
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
