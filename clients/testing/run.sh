#!/usr/bin/env bash
# Run all tests of the editors' clients; the last line counts them.
#
# `run.sh unit refactorings host scenarios neovim emacs` runs the named parts only.
set -euo pipefail
cd "$(dirname "$0")/../.."

root="$PWD"
pillion="$root/.venv/bin/pillion"
PILLION_EDITORS="$(clients/testing/install.sh)"
export PILLION_EDITORS PATH="$PILLION_EDITORS/programs/node/bin:$PATH"
export npm_config_loglevel=error npm_config_update_notifier=false
parts="${*:-unit refactorings host scenarios neovim emacs}"
summary="" failed=0

part() { # NAME LABEL PATTERN COMMAND...: run COMMAND; PATTERN's last match ends with the count
	local name="$1" label="$2" pattern="$3" count
	shift 3
	case " $parts " in *" $name "*) ;; *) return ;; esac
	echo "== $label"
	local log
	log="$(mktemp)"
	if ! "$@" 2>&1 | tee "$log"; then failed=1; fi
	count="$(sed -nE "s/$pattern/\\1/p" "$log" | tail -1)"
	rm -f "$log"
	if [ "${count:-0}" = 0 ]; then failed=1; fi
	summary="$summary${summary:+, }${count:-0} $label"
}

# A failing command does not end a function that an `if` has called, so these are chained.
unit() {
	npm --prefix clients/vscode run --silent check &&
		npm --prefix clients/vscode run --silent test:unit
}

# Many refactorings of the extension's sources, which must compile and pass its tests as before.
refactorings() {
	.venv/bin/python clients/testing/refactorings.py clients/vscode
}

host() {
	(cd clients/vscode && node esbuild.mjs --tests && node test/run-host.ts)
}

scenarios() {
	clients/vscode/build.sh && (cd clients/vscode && node test/run-scenarios.ts)
}

neovim() {
	PILLION="$pillion" clients/neovim/test/run.sh "$PILLION_EDITORS/programs/bin/nvim"
}

emacs_() {
	PILLION="$pillion" clients/emacs/test/run.sh emacs
}

# One runtime folder for the engines of these tests, so that they share the loaded model.
PILLION_RUNTIME_DIR="$(mktemp -d)"
export PILLION_RUNTIME_DIR
trap '"$pillion" engine stop > /dev/null; rm -rf "$PILLION_RUNTIME_DIR"' EXIT

case " $parts " in *" unit "* | *" refactorings "* | *" host "* | *" scenarios "*) clients/vscode/install.sh ;; esac
part unit "unit tests" '^ℹ pass ([0-9]+).*' unit
part refactorings "refactorings of TypeScript" '^([0-9]+) refactorings hold.*' refactorings
part host "tests in the extension host" '^ *([0-9]+) passing.*' host
part scenarios "scenarios in VS Code" '^ *([0-9]+) passing.*' scenarios
part neovim "tests in Neovim" '^([0-9]+) passed.*' neovim
part emacs "tests in Emacs" '^ *Ran [0-9]+ tests, ([0-9]+) results as expected.*' emacs_
echo
if [ "$failed" = 0 ]; then
	echo "All passed: $summary."
else
	echo "FAILED. Passed: $summary."
fi
exit "$failed"
