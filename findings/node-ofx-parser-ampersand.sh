#!/usr/bin/env bash
# node-ofx-parser 0.5.1 escapes an ampersand that is already escaped, twice.
# An OFX 1.0.2 statement writes `Smith &amp; Sons`. The parsed name holds two escapes more than the file, and no way back to the
# name of the payee but to undo all of them.
#
# Installs node-ofx-parser@0.5.1 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node-ofx-parser@0.5.1
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const { parse } = createRequire(import.meta.url)('node-ofx-parser');
const text = `OFXHEADER:100
DATA:OFXSGML
VERSION:102

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261102<TRNAMT>-12.50<FITID>1<NAME>Smith &amp; Sons</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`;
console.log(parse(text).OFX.BANKMSGSRSV1.STMTTRNRS.STMTRS.BANKTRANLIST.STMTTRN.NAME);
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
Smith &amp;amp;amp; Sons
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
