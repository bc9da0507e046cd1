#!/usr/bin/env bash
# opencc-js 1.4.2 changes a given name when it converts from Taiwan's variant.
# 著 in a name stays 著 in simplified Chinese. The conversion from `tw` makes 着 of it; the one from `t` does not. Both turn 重慶銀行
# into 重庆银行. For names, convert from `t`.
#
# Installs opencc-js@1.4.2 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent opencc-js@1.4.2
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const { Converter } = createRequire(import.meta.url)('opencc-js');
for (const from of ['tw', 't']) {
  const convert = Converter({ from, to: 'cn' });
  console.log(from.padEnd(2), convert('王著'), convert('重慶銀行'));
}
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
tw 王着 重庆银行
t  王著 重庆银行
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
