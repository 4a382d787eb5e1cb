#!/usr/bin/env bash
# Runs PouchDB's HTTP integration tests against a server, without those that docs/replication.md lists as JavaScript.
# Usage: pouchdb_suite.sh PATH_OF_A_BUILT_POUCHDB_CHECKOUT URL_WITH_CREDENTIALS
set -euo pipefail
docs="$(cd "$(dirname "$0")/../.." && pwd)/docs/replication.md"
cd "$1"
pattern="$(node -e '
const text = require("fs").readFileSync(process.argv[1], "utf8");
const titles = text.split("<!-- javascript -->\n```\n")[1].split("\n```")[0].split("\n");
const quoted = titles.map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
console.log(`^(?!.*(${quoted.join("|")})).*http`);
' "$docs")"
node bin/down-server.js 3010 &
helper=$!
trap 'kill "$helper"' EXIT
SERVER=couchdb-master ADAPTERS=memory COUCH_HOST="$2" ./node_modules/.bin/mocha --exit --timeout 10000 \
  --require=./tests/integration/node.setup.js --reporter=dot --grep="$pattern" "tests/integration/test.*.js"
