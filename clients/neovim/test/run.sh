#!/usr/bin/env bash
# Test the plugin in a headless Neovim: run.sh NVIM. The server is $PILLION, or the one on the PATH.
set -euo pipefail
cd "$(dirname "$0")"
nvim="$1"
home="$(mktemp -d)"
trap 'rm -rf "$home"' EXIT
export NVIM="$nvim" PILLION="${PILLION:-pillion}"
export XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" XDG_STATE_HOME="$home/state"
"$nvim" --headless -u NONE -i NONE -l tests.lua
