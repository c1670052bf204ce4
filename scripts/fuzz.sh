#!/usr/bin/env bash
# Searches for inputs that break a decoder or a message handler, guided by coverage.
#
#   scripts/fuzz.sh [--keep] [SECONDS] [TARGET...]      default: 60 seconds for each of all targets
#
# What breaks a target is written to fuzz/regressions/TARGET; commit it with the mending. With --keep
# what reached new code is added to fuzz/corpus/TARGET and the whole is minimised.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"

KEEP=false
if [ "${1:-}" = --keep ]; then
  KEEP=true
  shift
fi
SECONDS_EACH="${1:-60}"
shift || true

# libFuzzer's own limits, beside the targets': of memory, and of one step.
MEMORY_MB_MAX=1024
STEP_SECONDS_MAX=20

# Longer inputs are not kept: the corpora lie in the repository, and the seeds have the long ones.
KEPT_BYTES_MAX=1024

set_up debug

say "building the targets with coverage counters"
RUSTC_WORKSPACE_WRAPPER="$ROOT/scripts/fuzz-rustc.sh" \
  cargo build --locked --workspace --bin idx-fuzz --features idx-fuzz/libfuzzer
cargo build --locked --workspace --bin idx-fuzz-seeds
BIN_DIR="${CARGO_TARGET_DIR:-$ROOT/target}/debug"

WORK="$(mktemp -d)"
trap 'rm -rf "$WORK"' EXIT
"$BIN_DIR/idx-fuzz-seeds" "$WORK/seeds"

if [ "$#" -gt 0 ]; then TARGETS=("$@"); else mapfile -t TARGETS < <("$BIN_DIR/idx-fuzz-seeds" --targets); fi

# Runs libFuzzer on a target: name, folder for what is found, then arguments.
fuzz() {
  local target="$1"
  shift
  IDX_FUZZ_TARGET="$target" "$BIN_DIR/idx-fuzz" \
    -rss_limit_mb="$MEMORY_MB_MAX" -timeout="$STEP_SECONDS_MAX" \
    -artifact_prefix="fuzz/regressions/$target/" "$@"
}

# One target: a search, a line about it, and what was learnt if it shall be kept.
search() {
  local target="$1" found="$WORK/found/$1" log="$WORK/$1.log" known=("$WORK/seeds/$1") dictionary=()
  mkdir -p "$found" "fuzz/regressions/$target" "fuzz/corpus/$target"
  known+=("fuzz/corpus/$target" "fuzz/regressions/$target")
  [ -f "fuzz/dictionaries/$target" ] && dictionary=("-dict=fuzz/dictionaries/$target")
  if ! fuzz "$target" -max_total_time="$SECONDS_EACH" -max_len="$("$BIN_DIR/idx-fuzz-seeds" --len "$target")" \
    -len_control=20 -print_final_stats=1 "${dictionary[@]}" "$found" "${known[@]}" >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    rmdir --ignore-fail-on-non-empty "fuzz/regressions/$target"
    return 1
  fi
  rmdir --ignore-fail-on-non-empty "fuzz/regressions/$target" "fuzz/corpus/$target"
  awk -v target="$target" '
    / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "corp:") corp = $(i + 1) } }
    /^Done / { runs = $2 }
    END { printf "%-10s %9d runs, %6d edges, corpus %s\n", target, runs, cov, corp }' "$log" >&2
  if "$KEEP"; then keep "$target" "$found" "${known[@]}"; fi
}

# Replaces the corpus of a target by the fewest inputs that reach everything that is known.
keep() {
  local target="$1" least="$WORK/least/$1"
  shift
  mkdir -p "$least" "fuzz/corpus/$target" "fuzz/regressions/$target"
  fuzz "$target" -set_cover_merge=1 "$least" "$@" >"$WORK/$target.merge.log" 2>&1
  find "fuzz/corpus/$target" -type f -delete
  find "$least" -type f -size "-$((KEPT_BYTES_MAX + 1))c" -exec cp -t "fuzz/corpus/$target" {} +
  rmdir --ignore-fail-on-non-empty "fuzz/regressions/$target"
}

say "$SECONDS_EACH s each: ${TARGETS[*]}"
FAILED=()
for ((i = 0; i < ${#TARGETS[@]}; i += 2)); do
  running=()
  for target in "${TARGETS[@]:i:2}"; do
    search "$target" &
    running+=("$!:$target")
  done
  for job in "${running[@]}"; do
    wait "${job%%:*}" || FAILED+=("${job#*:}")
  done
done
[ "${#FAILED[@]}" -eq 0 ] || die "these targets failed: ${FAILED[*]}; the inputs are in fuzz/regressions"
