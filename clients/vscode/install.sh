#!/usr/bin/env bash
# Install what building and testing the extension needs into node_modules, unless it is there.
set -euo pipefail
cd "$(dirname "$0")"
stamp=node_modules/.installed
if [ ! -e "$stamp" ] || [ package-lock.json -nt "$stamp" ]; then
	npm ci --silent
	touch "$stamp"
fi
