#!/usr/bin/env bash
# libphonenumber-js 1.13.16 reads two numbers in one field as one longer number that is possible.
# German letterheads write `030 123456/123457` for two lines and `030 1234567-89` for a range. Both become one number that does not
# exist, and isPossible() says yes. Extensions in Korean, Chinese and Japanese words (내선, 转, 内線) make the whole field unreadable.
#
# Installs libphonenumber-js@1.13.16 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent libphonenumber-js@1.13.16
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const { parsePhoneNumberFromString } = createRequire(import.meta.url)('libphonenumber-js');
for (const [text, country] of [['030 123456/123457', 'DE'], ['030 1234567-89', 'DE'], ['02-1234-5678 내선 12', 'KR'], ['03-1234-5678 (内線 5)', 'JP']]) {
  const number = parsePhoneNumberFromString(text, country);
  console.log(text, '->', number ? `${number.number} possible: ${number.isPossible()}` : 'none');
}
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
030 123456/123457 -> +4930123456123457 possible: true
030 1234567-89 -> +4930123456789 possible: true
02-1234-5678 내선 12 -> none
03-1234-5678 (内線 5) -> none
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
