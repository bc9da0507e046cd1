#!/usr/bin/env bash
# es-hangul 2.4.0 romanises Korean names by how a word sounds, which the official rule forbids for names.
# The Revised Romanization (2000, III.4) writes a personal name without assimilation between its syllables: 한복남 is Han Boknam,
# 홍빛나 is Hong Bitna. romanize() assimilates as within a word. A name on a passport and the same name from here differ.
#
# Installs es-hangul@2.4.0 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent es-hangul@2.4.0
cat >look.mjs <<'JS'
import { romanize } from 'es-hangul';
for (const name of ['한복남', '홍빛나', '이국립']) console.log(name, romanize(name), '|', [...name].map((syllable) => romanize(syllable)).join(' '));
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
한복남 hanbongnam | han bok nam
홍빛나 hongbinna | hong bit na
이국립 igungnip | i guk rip
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
