//! The trace of a run for people: what each bank knew and did, height by height.

use crate::world::{EPOCH_MS, World};
use idx_replica::{Insight, Stage};
use idx_types::wire::Gossip;
use idx_types::{BankId, PrivateHash, Verdict, VoteKind};
use std::fmt::Write;

/// Lines kept; a failing run is told by its end.
const LINES_MAX: usize = 200_000;

/// One thing that a node did, or that befell all.
struct Entry {
    ms: u64,
    /// `None` for what befalls all.
    node: Option<usize>,
    /// The height it worked on, 0 if it is down.
    height: u64,
    text: String,
}

/// Everything noted so far.
#[derive(Default)]
pub(crate) struct Chronicle {
    entries: Vec<Entry>,
}

impl Chronicle {
    fn push(&mut self, entry: Entry) {
        if self.entries.len() >= LINES_MAX {
            self.entries.drain(..LINES_MAX / 2);
        }
        self.entries.push(entry);
    }
}

impl World {
    /// Keeps a readable trace of everything from now on.
    pub fn keep_trace(&mut self) {
        self.chronicle = Some(Chronicle::default());
    }

    /// Notes what a node does.
    pub(crate) fn note(&mut self, node: usize, text: impl FnOnce() -> String) {
        if self.chronicle.is_some() {
            let height = self.nodes[node].insight().map_or(0, |insight| insight.height.0);
            let entry = Entry { ms: self.now_ms - EPOCH_MS, node: Some(node), height, text: text() };
            if let Some(chronicle) = &mut self.chronicle {
                chronicle.push(entry);
            }
        }
    }

    /// Notes what befalls all.
    pub(crate) fn note_all(&mut self, text: impl FnOnce() -> String) {
        let ms = self.now_ms - EPOCH_MS;
        if let Some(chronicle) = &mut self.chronicle {
            let height = chronicle.entries.last().map_or(0, |entry| entry.height);
            chronicle.push(Entry { ms, node: None, height, text: text() });
        }
    }

    /// Notes a message that a node sends, with what it knew then.
    pub(crate) fn note_sent(&mut self, node: usize, message: &Gossip) {
        if self.chronicle.is_some()
            && let Some(text) = told(message, self.bank(node))
        {
            let knew = self.nodes[node].insight().map(|insight| knowledge(&insight)).unwrap_or_default();
            self.note(node, || format!("{text}{knew}"));
        }
    }

    /// The trace of the last heights before the end, at most so many; all with `usize::MAX`.
    pub fn trace(&self, heights: usize) -> Vec<String> {
        let Some(chronicle) = &self.chronicle else { return Vec::new() };
        let top = chronicle.entries.iter().map(|entry| entry.height).max().unwrap_or(0);
        let from = top.saturating_sub(heights as u64);
        let mut lines = Vec::new();
        let mut shown = None;
        for entry in chronicle.entries.iter().filter(|entry| entry.height > from || entry.node.is_none()) {
            if entry.height != 0 && shown.is_none_or(|shown| entry.height > shown) {
                lines.push(format!("---- height {} ----", entry.height));
                shown = Some(entry.height);
            }
            let who = entry.node.map_or_else(|| "all".to_owned(), |node| format!("bank {node}"));
            lines.push(format!("{:>8} ms  {who:<7} {:>4}  {}", entry.ms, entry.height, entry.text));
        }
        lines
    }
}

/// A name short enough to compare by eye.
fn short(value: Option<PrivateHash>) -> String {
    let hex = |value: PrivateHash| value.0.iter().take(3).map(|byte| format!("{byte:02x}")).collect();
    value.map_or_else(|| "nil".to_owned(), hex)
}

/// What an own message says; nothing for what is only passed on.
fn told(message: &Gossip, bank: BankId) -> Option<String> {
    match message {
        Gossip::Vote(vote) if vote.message.bank == bank => {
            let kind = if vote.message.kind == VoteKind::Prevote { "prevotes" } else { "precommits" };
            Some(format!("round {}: {kind} {}", vote.message.round, short(vote.message.value)))
        }
        Gossip::Proposal(message) if message.proposal.message.bank == bank => {
            let proposal = &message.proposal.message;
            let value = short(Some(proposal.value));
            Some(format!(
                "round {}: proposes {value}, proof of lock from {:?}",
                proposal.round, proposal.pol_round
            ))
        }
        Gossip::Mined(block) if block.header.message.miner == bank => {
            let txs = block.transactions.len();
            Some(format!("round {}: mined a block of {txs} transactions", block.header.message.round))
        }
        Gossip::Verdicts(verdicts) if verdicts.message.bank == bank => {
            let all = &verdicts.message.verdicts;
            let approved = all.iter().filter(|verdict| **verdict == Verdict::Approve).count();
            Some(format!("approves {approved} of {} transactions", all.len()))
        }
        _ => None,
    }
}

/// What a node knew, in one line.
fn knowledge(insight: &Insight) -> String {
    let Some(agreement) = &insight.agreement else { return String::new() };
    let mut line = String::new();
    let cast = |vote| match vote {
        idx_consensus::agreement::Cast::Missing => "-".to_owned(),
        idx_consensus::agreement::Cast::Nil => "nil".to_owned(),
        idx_consensus::agreement::Cast::Value(value) => short(Some(value)),
    };
    let prevotes: Vec<String> = agreement.votes.iter().map(|votes| cast(votes.prevote)).collect();
    let precommits: Vec<String> = agreement.votes.iter().map(|votes| cast(votes.precommit)).collect();
    let lock =
        agreement.locked.map(|(round, value)| format!(", locked on {} in round {round}", short(Some(value))));
    let stage = if insight.stage == Stage::Quiet { "quiet" } else { agreement.step };
    let written = write!(
        line,
        "   [knew: {stage}, prevotes {}, precommits {}{}]",
        prevotes.join(" "),
        precommits.join(" "),
        lock.unwrap_or_default()
    );
    debug_assert!(written.is_ok(), "writing to memory");
    line
}
