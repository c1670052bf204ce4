//! Keeps the arrows of ARCHITECTURE.md true, by what cargo itself says of the workspace.

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::BTreeMap;

/// Which of our crates each of our crates may use outside tests.
const ARROWS: &[(&str, &[&str])] = &[
    ("crypto", &[]),
    ("types", &["crypto"]),
    ("light", &["crypto", "types"]),
    ("chain", &["crypto", "types"]),
    ("consensus", &["crypto", "types", "light"]),
    ("bank", &["crypto", "types"]),
    ("p2p", &["crypto", "types"]),
    ("genesis", &["crypto", "types", "chain"]),
    ("wal", &["crypto"]),
    ("replica", &["crypto", "types", "light", "chain", "consensus", "wal"]),
    ("storage", &["crypto", "types", "chain", "wal", "bank"]),
    ("client", &["crypto", "types", "light"]),
    ("api", &["crypto", "types", "bank", "client"]),
    ("sim", &["crypto", "types", "chain", "consensus", "genesis", "wal", "replica"]),
    (
        "node",
        &[
            "crypto",
            "types",
            "light",
            "chain",
            "consensus",
            "p2p",
            "genesis",
            "wal",
            "replica",
            "storage",
            "bank",
            "client",
            "api",
            "bank",
        ],
    ),
    ("bench", &["crypto", "types", "bank", "chain", "consensus", "client", "node"]),
    (
        "fuzz",
        &[
            "crypto",
            "types",
            "light",
            "chain",
            "consensus",
            "genesis",
            "wal",
            "replica",
            "storage",
            "client",
            "api",
            "node",
            "sim",
            "bank",
        ],
    ),
    ("tests", &["crypto", "types", "client", "node"]),
];

/// Crates that reach the world; the pure ones must not even know them.
const WORLDLY: &[&str] =
    &["tokio", "rocksdb", "libp2p", "axum", "jsonrpsee", "getrandom", "rand", "tempfile", "reqwest", "mio"];

/// The pure crates.
const PURE: &[&str] =
    &["crypto", "types", "light", "chain", "consensus", "genesis", "wal", "replica", "bank"];

fn ours() -> Vec<Package> {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata runs");
    metadata.packages.into_iter().filter(|package| package.name.starts_with("idx-")).collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix("idx-").unwrap_or(name)
}

fn uses(package: &Package) -> Vec<&str> {
    let normal = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
    normal.map(|dependency| dependency.name.as_str()).collect()
}

#[test]
fn every_arrow_is_drawn() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in ours() {
        let from = short(&package.name).to_owned();
        let Some(may) = allowed.get(from.as_str()) else {
            wrong.push(format!("crate {from} is not in the list of arrows"));
            continue;
        };
        for to in uses(&package).into_iter().filter(|name| name.starts_with("idx-")).map(short) {
            if !may.contains(&to) {
                wrong.push(format!("{from} -> {to}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that ARCHITECTURE.md does not draw: {wrong:?}");
}

#[test]
fn pure_crates_know_nothing_worldly() {
    let mut wrong = Vec::new();
    for package in ours().iter().filter(|package| PURE.contains(&short(&package.name))) {
        for name in uses(package).into_iter().filter(|name| WORLDLY.contains(name)) {
            wrong.push(format!("{} -> {name}", package.name));
        }
    }
    assert!(wrong.is_empty(), "pure crates that reach the world: {wrong:?}");
}
