#!/usr/bin/env bash
# Asks a running node everything that its OpenAPI document allows, and much that it does not, with schemathesis.
#
#   scripts/outside.sh --setup        only makes the Python environment
#   scripts/outside.sh URL            asks; IDX_STORY says whose tokens to use (tests/outside/hooks.py)
#
# `cargo nextest run -p idx-tests -E 'test(outside)'` makes a network, people and the story, and runs this.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

OUTSIDE="$ROOT/tests/outside"
VENV="$OUTSIDE/.venv"

# The environment is made again when the list of versions is another one.
set_up_venv() {
  cmp -s "$OUTSIDE/requirements.txt" "$VENV/requirements.txt" && return 0
  say "the Python environment of tests/outside, as its requirements.txt says"
  rm -rf "$VENV"
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$OUTSIDE/requirements.txt"
  cp "$OUTSIDE/requirements.txt" "$VENV/requirements.txt"
}

[ "$#" -eq 1 ] || die "usage: scripts/outside.sh --setup | URL"
set_up_venv
[ "$1" = --setup ] && exit 0
[ -n "${IDX_STORY:-}" ] || die "IDX_STORY is not set: tests/outside/hooks.py says what it holds"

cd "$OUTSIDE"
export SCHEMATHESIS_HOOKS=hooks PYTHONPATH="$OUTSIDE" PYTHONDONTWRITEBYTECODE=1
exec "$VENV/bin/schemathesis" --config-file schemathesis.toml run --no-color "$1/docs/openapi.json"
