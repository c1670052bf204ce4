//! The people who run the nodes: they start what is down, and when a node refuses to start they do
//! what its message says, and nothing else.

use crate::checks::Violation;
use crate::disk::{DiskFailure, LoadError};
use crate::world::{Happening, World};
use idx_replica::Input;
use rand::RngExt;

/// When a start failed for lack of room, the next try is so much later, milliseconds.
const AGAIN_MS: u64 = 500;

/// When a process has ended by itself, its operator starts it after at most so long, milliseconds.
const NOTICED_MS_MAX: u64 = 3_000;

impl World {
    /// Cuts a node's power: memory is gone, and of what was not synced any mix of sectors.
    pub fn crash(&mut self, node: usize) {
        self.nodes[node].stop();
        let rng = &mut self.rng;
        self.nodes[node].disk.crash(|| rng.random_bool(0.5));
        self.note(node, || "loses power".to_owned());
    }

    /// The power failed by itself.
    pub(crate) fn power_cut(&mut self, node: usize, when: &str) -> Result<(), Violation> {
        self.crash(node);
        self.note(node, || format!("the power failed {when}"));
        self.come_back(node);
        Ok(())
    }

    /// The process ended itself with a message.
    pub(crate) fn process_ended(&mut self, node: usize, why: &str) -> Result<(), Violation> {
        self.nodes[node].stop();
        self.note(node, || format!("ends itself: {why}"));
        self.come_back(node);
        Ok(())
    }

    fn come_back(&mut self, node: usize) {
        let down_ms = self.rng.random_range(1..=NOTICED_MS_MAX);
        self.at(down_ms, Happening::Restart { node });
    }

    /// Starts a node from its disks, if it is down.
    ///
    /// # Errors
    /// A broken promise.
    pub fn restart(&mut self, node: usize) -> Result<(), Violation> {
        if self.nodes[node].is_up() || self.halted.iter().any(|(halted, _)| *halted == node) {
            return Ok(());
        }
        self.nodes[node].disk.tamper(self.plan.mutant);
        let verifier = self.plan.scheme.verifier();
        match self.nodes[node].boot(verifier) {
            Ok(start) => {
                self.spoilt[node] = false;
                let machine = &self.nodes[node];
                if let Some(state) = machine.state() {
                    self.checks.restarted(node, machine.disk.heights(), state)?;
                }
                self.note(node, || {
                    let (entries, lost) = (start.journal.len(), start.history_lost);
                    format!(
                        "starts with {entries} journal entries of height {}, history lost: {lost}",
                        start.journal_height
                    )
                });
                self.feed(node, Input::Start(start))
            }
            Err(why) => self.refused_to_start(node, why),
        }
    }

    fn refused_to_start(&mut self, node: usize, why: LoadError) -> Result<(), Violation> {
        self.note(node, || format!("refuses to start: {why}"));
        if matches!(why, LoadError::Store) {
            let blank = self.blank_disk();
            self.nodes[node].disk.restore_store(&blank);
            self.checks.holds(node, None);
            return self.restart(node);
        }
        if why.is_log_lost() && self.spoilt[node] {
            self.injected.felt(node, "LogRot");
            return self.recover(node);
        }
        match why.of_log().and_then(|error| self.nodes[node].disk.failure(error)) {
            Some(DiskFailure::NoRoom) => {
                self.injected.felt(node, "FullDisk");
                self.at(AGAIN_MS, Happening::Restart { node });
                Ok(())
            }
            Some(DiskFailure::PowerCut) => {
                self.injected.felt(node, "CutInWrite");
                self.power_cut(node, "while the node started")
            }
            None => Err(Violation(format!("bank {node} cannot start from its own disks: {why}"))),
        }
    }

    /// `idx-node recover`: the bank will abstain until it is past all that it may have signed. Without
    /// room for a new log, or when the power fails in the middle of it, it is tried again later.
    pub(crate) fn recover(&mut self, node: usize) -> Result<(), Violation> {
        if self.nodes[node].is_up() {
            return Ok(());
        }
        let Err(why) = self.nodes[node].disk.recover_log() else {
            self.spoilt[node] = false;
            self.note(node, || "is recovered with an empty log".to_owned());
            self.at(0, Happening::Restart { node });
            return Ok(());
        };
        match self.nodes[node].disk.failure(&why) {
            Some(DiskFailure::NoRoom) => self.injected.felt(node, "FullDisk"),
            Some(DiskFailure::PowerCut) => {
                self.injected.felt(node, "CutInWrite");
                self.crash(node);
            }
            None => return Err(Violation(format!("bank {node} cannot be recovered: {why}"))),
        }
        self.at(AGAIN_MS, Happening::Recover { node });
        Ok(())
    }
}
