#!/usr/bin/env bash
# @graphql-tools/delegate 12.2.1 gives null for a field that is asked for twice, once under a condition.
# `a: f @include(if: $more) a: f` asks for `a` in any case. One schema answers 1; the same schema, stitched, answers null. With the
# second one inside an inline fragment both answer 1.
#
# Installs graphql@16.14.2 @graphql-tools/stitch@10.3.1 @graphql-tools/schema@10.1.5 @graphql-tools/delegate@12.2.1 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent graphql@16.14.2 @graphql-tools/stitch@10.3.1 @graphql-tools/schema@10.1.5 @graphql-tools/delegate@12.2.1
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const { graphql } = require('graphql');
const { makeExecutableSchema } = require('@graphql-tools/schema');
const { stitchSchemas } = require('@graphql-tools/stitch');
const typeDefs = 'type Query { t: T } type T { f: Int }';
const schema = makeExecutableSchema({ typeDefs, resolvers: { Query: { t: () => ({ f: 1 }) } } });
const stitched = stitchSchemas({ subschemas: [{ schema, name: 'one' }] });
for (const fields of ['a: f @include(if: $more) a: f', 'a: f @include(if: $more) ... on T { a: f }']) {
  const source = `query Q($more: Boolean!) { t { ${fields} } }`;
  const ask = async (one) => JSON.stringify((await graphql({ schema: one, source, variableValues: { more: false } })).data.t);
  console.log(fields.padEnd(42), '| one schema', await ask(schema), '| stitched', await ask(stitched));
}
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
a: f @include(if: $more) a: f              | one schema {"a":1} | stitched {"a":null}
a: f @include(if: $more) ... on T { a: f } | one schema {"a":1} | stitched {"a":1}
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
