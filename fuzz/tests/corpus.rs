//! Every kept input through its target: what was once reached stays reached, and what was once found
//! stays mended. Needs no libFuzzer.

use idx_fuzz::{TARGETS, targets};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Most bytes of all corpora together: they lie in the repository.
const CORPUS_BYTES_MAX: u64 = 2 << 20;

/// Targets count the memory of the whole process, so they run one at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(kind)
}

/// Kept inputs of a target; found ones need not exist.
fn inputs(target: &str) -> Vec<PathBuf> {
    let of = |kind| fs::read_dir(folder(kind).join(target)).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = of("corpus").chain(of("regressions")).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn replay(name: &str) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let target = targets::find(name).expect("the target is in the list");
    let paths = inputs(name);
    assert!(!paths.is_empty(), "{name} has no corpus: scripts/fuzz.sh --keep makes one");
    let fails = |path: &&PathBuf| {
        let bytes = fs::read(path).expect("kept inputs are readable");
        catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes))).is_err()
    };
    let failed: Vec<_> = paths.iter().filter(fails).map(|path| path.display().to_string()).collect();
    assert!(failed.is_empty(), "{} of {} inputs fail:\n{}", failed.len(), paths.len(), failed.join("\n"));
    (target.run)(&[]);
}

/// One test a target, and one that none is left out.
macro_rules! replays {
    ($($name:ident),* $(,)?) => {
        $(#[test] fn $name() { replay(stringify!($name)); })*

        #[test]
        fn every_target_is_replayed() {
            let listed = [$(stringify!($name)),*];
            assert!(TARGETS.iter().map(|target| target.name).eq(listed), "the list here: {listed:?}");
        }
    };
}

replays! {
    wire, stored, gate, mind, snapshot, wal, proofs, receipts, observed, http, socket, answers, settings, genesis, keys,
    payments, sealed, pain001,
}

#[test]
fn the_corpora_are_small() {
    let sizes = |path: &PathBuf| path.metadata().expect("kept inputs are readable").len();
    let total: u64 = TARGETS.iter().flat_map(|target| inputs(target.name)).map(|path| sizes(&path)).sum();
    assert!(total <= CORPUS_BYTES_MAX, "{total} bytes are kept, at most {CORPUS_BYTES_MAX} may be");
}

#[test]
fn no_folder_is_without_a_target() {
    for kind in ["corpus", "regressions"] {
        for entry in fs::read_dir(folder(kind)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(targets::find(&name).is_some(), "{kind}/{name} belongs to no target");
        }
    }
}
