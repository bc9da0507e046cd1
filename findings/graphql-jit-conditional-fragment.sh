#!/usr/bin/env bash
# graphql-jit 0.8.9 drops the fields of a shared fragment whose first spread is conditional.
# Two fragments spread a third one. The first of the two is left out by @include. The GraphQL specification evaluates each
# spread by its own conditions, so `z` is in the answer; graphql-js gives it, the compiled operation does not.
# For us: operations are compiled from a copy of their own, with all fragments inlined.
#
# Installs graphql@16.14.2 graphql-jit@0.8.9 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent graphql@16.14.2 graphql-jit@0.8.9
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const { buildSchema, execute, parse } = require('graphql');
const { compileQuery } = require('graphql-jit');
const schema = buildSchema('type Query { a: T } type T { x: Int y: Int z: Int }');
const document = parse(`query Q($more: Boolean!) { a { ...Head @include(if: $more) ...Body } }
  fragment Head on T { x ...Shared } fragment Body on T { y ...Shared } fragment Shared on T { z }`);
const rootValue = { a: { x: 1, y: 2, z: 3 } };
const variableValues = { more: false };
console.log('graphql-js ', JSON.stringify((await execute({ schema, document, rootValue, variableValues })).data));
console.log('graphql-jit', JSON.stringify((await compileQuery(schema, document, 'Q').query(rootValue, {}, variableValues)).data));
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
graphql-js  {"a":{"y":2,"z":3}}
graphql-jit {"a":{"y":2}}
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
