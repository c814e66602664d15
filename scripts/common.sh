# Sourced by the scripts beside it: strict mode, the repository's root as working directory, and how to speak.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# say TEXT…: one line about the step that starts now. On stderr, for stdout carries results.
say() { printf '==> %s\n' "$*" >&2; }

# fail MESSAGE [HINT]: the same two lines as vitrobust's own errors.
fail() {
  printf 'error: %s\n' "$1" >&2
  if [[ $# -gt 1 ]]; then printf 'hint: %s\n' "$2" >&2; fi
  exit 1
}

# logged FILE COMMAND…: runs it with its output in FILE, and shows the end of FILE only if it fails.
logged() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    return 1
  fi
}

# build_folder PRESET: where CMakePresets.json builds it.
build_folder() { if [[ $1 == release ]]; then echo build; else echo "build/$1"; fi; }

# Which LibTorch the build uses: scripts/setup writes it, scripts/build reads it.
libtorch_path_file=build/libtorch-path
