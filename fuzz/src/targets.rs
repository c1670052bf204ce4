//! The list of targets.

use crate::{answers, decoders, gate, mind, observed, operator, proofs, rpc, sealed, snapshots, wal};

/// One thing that is fuzzed.
pub struct Target {
    /// Its name: of its folders, and on the command line.
    pub name: &'static str,
    /// Takes any bytes; panics if a promise is broken.
    pub run: fn(&[u8]),
    /// Longer inputs find nothing that shorter ones do not, bytes.
    pub len_max: usize,
}

const fn target(name: &'static str, len_max: usize, run: fn(&[u8])) -> Target {
    Target { name, run, len_max }
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target("wire", 16 << 10, decoders::wire),
    target("stored", 16 << 10, decoders::stored),
    target("gate", 256, gate::gate),
    target("mind", 2 << 10, mind::mind),
    target("snapshot", 16 << 10, snapshots::snapshot),
    target("wal", 512, wal::wal),
    target("proofs", 256, proofs::proofs),
    target("receipts", 256, proofs::receipts),
    target("observed", 256, observed::observed),
    target("http", 4 << 10, rpc::http),
    target("socket", 2 << 10, rpc::socket),
    target("answers", 4 << 10, answers::answers),
    target("settings", 4 << 10, operator::settings),
    target("genesis", 8 << 10, operator::genesis),
    target("keys", 1 << 10, operator::keys),
    target("payments", 4 << 10, operator::payments),
    target("sealed", 2 << 10, sealed::sealed),
    target("pain001", 4 << 10, operator::pain001),
];

/// The target of this name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
