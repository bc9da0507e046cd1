#!/usr/bin/env bash
# lossless-json 4.3.0 refuses a name that occurs twice, unless both values are equal.
# A record with a name twice is an error as long as the values differ, and goes through when they are equal. Whether a file is
# accepted then depends on its data.
#
# Installs lossless-json@4.3.0 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent lossless-json@4.3.0
cat >look.mjs <<'JS'
import { parse } from 'lossless-json';
for (const text of ['{"a":1,"a":2}', '{"a":1,"a":1}', '{"a":{"b":[1]},"a":{"b":[1]}}']) {
  try {
    parse(text);
    console.log(text, '-> accepted');
  } catch {
    console.log(text, '-> refused');
  }
}
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
{"a":1,"a":2} -> refused
{"a":1,"a":1} -> accepted
{"a":{"b":[1]},"a":{"b":[1]}} -> accepted
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
