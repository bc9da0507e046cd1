#!/usr/bin/env bash
# pinyin-pro 3.29.4 reads surnames as ordinary words, unless asked, and words as surnames when asked.
# 曾 as a surname is Zeng, 单 is Shan, 仇 is Qiu, 查 is Zha. The default reading is that of the word. With `surname: 'head'` they are
# right; the same option then reads 行 in 重庆银行 (a bank) as xing. Names of people and of firms need different options.
#
# Installs pinyin-pro@3.29.4 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent pinyin-pro@3.29.4
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const { pinyin } = createRequire(import.meta.url)('pinyin-pro');
for (const name of ['曾国藩', '单雄信', '仇英', '查良镛', '重庆银行']) {
  console.log(name, '|', pinyin(name, { toneType: 'none' }), '|', pinyin(name, { toneType: 'none', surname: 'head' }));
}
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
曾国藩 | ceng guo fan | zeng guo fan
单雄信 | dan xiong xin | shan xiong xin
仇英 | chou ying | qiu ying
查良镛 | cha liang yong | zha liang yong
重庆银行 | chong qing yin hang | chong qing yin xing
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
