#!/usr/bin/env bash
# Build dist/pillion.vsix: the bundles, and the server's wheel from this checkout's .venv.
set -euo pipefail
cd "$(dirname "$0")"
./install.sh
rm -rf server dist/*.vsix
../../.venv/bin/python -m build --wheel --no-isolation --outdir "$PWD/server" ../.. > /dev/null
rm -f server/.gitignore
cp ../../llama.patch ../../release/requirements.lock ../../release/llama.lock server/
node esbuild.mjs
npx vsce package --no-dependencies --allow-missing-repository --out dist/pillion.vsix
size=$(wc -c < dist/pillion.vsix)
if [ "$size" -gt 3000000 ]; then
	echo "dist/pillion.vsix has $size bytes, more than the three million that are allowed." >&2
	exit 1
fi
