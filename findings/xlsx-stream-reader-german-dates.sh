#!/usr/bin/env bash
# xlsx-stream-reader 1.1.1 gives an empty text for a date in the format dd.mm.yyyy.
# The same day stands in two cells, formatted as dd.mm.yyyy and as yyyy-mm-dd. The first comes as '' and looks like an empty cell.
#
# Installs xlsx-stream-reader@1.1.1 exceljs@4.4.0 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent xlsx-stream-reader@1.1.1 exceljs@4.4.0
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
const require = createRequire(import.meta.url);
const { Workbook } = require('exceljs');
const Reader = require('xlsx-stream-reader');
const workbook = new Workbook();
const sheet = workbook.addWorksheet('dates');
for (const [cell, format] of [['A1', 'dd.mm.yyyy'], ['B1', 'yyyy-mm-dd']]) {
  sheet.getCell(cell).value = new Date(Date.UTC(2024, 1, 1));
  sheet.getCell(cell).numFmt = format;
}
const bytes = Buffer.from(await workbook.xlsx.writeBuffer());
const reader = new Reader();
reader.on('worksheet', (one) => {
  one.on('row', ({ values }) => console.log(JSON.stringify(values.slice(1))));
  one.process();
});
Readable.from([bytes]).pipe(reader);
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
["","2024-02-01"]
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
