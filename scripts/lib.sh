# Shared by the scripts of this folder; sourced, not run.
#
# What it does: finds the repository, installs what a bare Debian or Ubuntu with a Rust toolchain lacks,
# and keeps a cache of the compiled RocksDB library, which is most of a first build.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '==> %s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a command as root: directly, through sudo, or not at all with a word on what to do.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    die "this needs root and there is no sudo; run as root: $*"
  fi
}

# Whether the bindings generator will find libclang.
has_libclang() {
  ldconfig -p 2>/dev/null | grep -q 'libclang[-.0-9]*\.so' && return 0
  compgen -G '/usr/lib/llvm-*/lib/libclang*.so*' >/dev/null
}

# Installs missing Debian packages; says which and why.
install_packages() {
  local missing=()
  command -v cc >/dev/null 2>&1 || missing+=(build-essential)
  command -v clang >/dev/null 2>&1 || missing+=(clang)
  has_libclang || missing+=(libclang-dev)
  [ "${#missing[@]}" -eq 0 ] && return 0
  command -v apt-get >/dev/null 2>&1 ||
    die "missing: ${missing[*]}. There is no apt-get here; install them by your system's means"
  say "installing ${missing[*]} (RocksDB is compiled here and needs them)"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

check_cargo() {
  command -v cargo >/dev/null 2>&1 && return 0
  [ -x "$HOME/.cargo/bin/cargo" ] && export PATH="$HOME/.cargo/bin:$PATH" && return 0
  die "there is no cargo; install a Rust toolchain first: https://rustup.rs"
}

# Version of librocksdb-sys in Cargo.lock, such as 0.17.0+9.0.0.
rocksdb_version() {
  awk '/^name = "librocksdb-sys"$/ { getline; gsub(/"/, "", $3); print $3 }' "$ROOT/Cargo.lock"
}

rocksdb_cache() {
  printf '%s/idx/rocksdb/%s' "${XDG_CACHE_HOME:-$HOME/.cache}" "$(rocksdb_version)"
}

# The RocksDB library that a profile (debug or release) compiled in an earlier build, if it did.
built_rocksdb() {
  find "${CARGO_TARGET_DIR:-$ROOT/target}/$1/build" -path '*librocksdb-sys-*/out/librocksdb.a' -print -quit 2>/dev/null || true
}

# Uses the cached RocksDB library where there is one and this profile has not compiled its own.
use_rocksdb_cache() {
  [ -n "${ROCKSDB_LIB_DIR:-}" ] && return 0
  [ -n "$(built_rocksdb "$1")" ] && return 0
  local cache
  cache="$(rocksdb_cache)"
  if [ -f "$cache/librocksdb.a" ]; then
    export ROCKSDB_LIB_DIR="$cache" ROCKSDB_STATIC=1
    say "using the compiled RocksDB in $cache"
  else
    say "compiling RocksDB too: the first build takes 10 to 20 minutes on two cores, later ones are short"
  fi
}

# Keeps the RocksDB library of a profile's build, so that a fresh checkout need not compile it again.
fill_rocksdb_cache() {
  local cache built
  cache="$(rocksdb_cache)"
  { [ -f "$cache/librocksdb.a" ] || [ -n "${ROCKSDB_LIB_DIR:-}" ]; } && return 0
  built="$(built_rocksdb "$1")"
  [ -n "$built" ] || return 0
  mkdir -p "$cache"
  cp "$built" "$cache/librocksdb.a.$$" && mv "$cache/librocksdb.a.$$" "$cache/librocksdb.a"
  say "kept the compiled RocksDB in $cache"
}

# All set-up that both scripts share; the argument is the profile's folder, debug or release.
set_up() {
  check_cargo
  install_packages
  use_rocksdb_cache "$1"
}
