#!/usr/bin/env bash
# Test the client in a headless Emacs: run.sh EMACS. The server is $PILLION, or the one on the PATH.
set -euo pipefail
cd "$(dirname "$0")"
home="$(mktemp -d)"
trap 'rm -rf "$home"' EXIT
HOME_OF_TESTS="$home" PILLION="${PILLION:-pillion}" "$1" --batch --quick \
	--eval "(setq package-directory-list '(\"/usr/share/emacs/site-lisp/elpa\") user-emacs-directory (expand-file-name \"emacs/\" \"$home\"))" \
	--eval "(require 'package)" --funcall package-initialize --directory .. --load tests.el --funcall ert-run-tests-batch-and-exit
