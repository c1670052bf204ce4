//! Times from submission to finality, in simulated milliseconds.

use idx_types::TxId;
use std::collections::BTreeMap;

/// What was handed in and is not final, and how long the rest took.
#[derive(Debug, Default)]
pub struct Stopwatch {
    running: BTreeMap<TxId, u64>,
    took_ms: Vec<u64>,
}

impl Stopwatch {
    pub(crate) fn start(&mut self, id: TxId, now_ms: u64) {
        self.running.entry(id).or_insert(now_ms);
    }

    pub(crate) fn stop(&mut self, id: &TxId, now_ms: u64) {
        if let Some(since) = self.running.remove(id) {
            self.took_ms.push(now_ms - since);
        }
    }

    /// The time that so many of a hundred transactions did not exceed; 0 if none is final.
    pub fn percentile_ms(&self, percent: usize) -> u64 {
        let mut sorted = self.took_ms.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        sorted.get(last * percent.min(100) / 100).copied().unwrap_or(0)
    }
}
