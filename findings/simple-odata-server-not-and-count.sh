#!/usr/bin/env bash
# simple-odata-server 1.2.2 ignores `not`, and answers /$count with JSON.
# `$filter=not (a eq 1)` gives all rows, those with a = 1 among them, and status 200. `/$count` gives a JSON object where
# OData 4.0 (part 2, 4.8) has a plain number as text. A client that filters with `not` reads too much without a sign.
#
# Installs simple-odata-server@1.2.2 simple-odata-server-nedb@1.0.0 nedb@1.8.0 in a temporary folder. Ends with 1 when the behaviour is no longer as written here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent simple-odata-server@1.2.2 simple-odata-server-nedb@1.0.0 nedb@1.8.0
cat >look.mjs <<'JS'
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { once } from 'node:events';
const require = createRequire(import.meta.url);
const ODataServer = require('simple-odata-server');
const adapter = require('simple-odata-server-nedb');
const Datastore = require('nedb');
const entityType = { _id: { type: 'Edm.String', key: true }, a: { type: 'Edm.Int32' } };
const model = { namespace: 'm', entityTypes: { T: entityType }, entitySets: { rows: { entityType: 'm.T' } } };
const database = new Datastore({ inMemoryOnly: true });
for (const a of [1, 2, 3]) await new Promise((done) => database.insert({ _id: String(a), a }, done));
const service = new ODataServer('http://127.0.0.1').model(model).adapter(adapter((_, done) => done(null, database)));
const server = createServer((request, response) => service.handle(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}/rows`;
const rows = async (filter) => (await (await fetch(`${url}?$filter=${encodeURIComponent(filter)}`)).json()).value.map(({ a }) => a).sort().join(' ');
console.log('a eq 1:      ', await rows('a eq 1'));
console.log('not (a eq 1):', await rows('not (a eq 1)'));
const count = await fetch(`${url}/$count`);
console.log('$count:      ', count.headers.get('content-type').split(';')[0], JSON.parse(await count.text()).value);
server.close();
JS
got=$(node look.mjs 2>/dev/null)
want=$(cat <<'TEXT'
a eq 1:       1
not (a eq 1): 1 2 3
$count:       application/json 3
TEXT
)
echo "$got"
[ "$got" = "$want" ] || { printf 'Changed. Expected:\n%s\n' "$want" >&2; exit 1; }
