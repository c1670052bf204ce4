//! What goes wrong by itself: crashes, partitions, and their end.

use crate::checks::Violation;
use crate::world::{Happening, World};
use idx_replica::Input;
use rand::RngExt;

impl World {
    pub(crate) fn schedule_faults(&mut self) {
        let (crash, partition) = (self.plan.faults.crash_every_ms, self.plan.faults.partition_every_ms);
        for (every, happening) in [(crash, Happening::Crash), (partition, Happening::Partition)] {
            if every > 0 {
                let after = self.rng.random_range(1..=2 * every);
                self.at(after, happening);
            }
        }
    }

    pub(crate) fn crash_someone(&mut self) -> Result<(), Violation> {
        self.at(self.plan.faults.crash_every_ms.max(1), Happening::Crash);
        let node = self.rng.random_range(0..self.nodes.len());
        if self.faults_on && self.nodes[node].is_up() {
            if self.rng.random_bool(0.5) {
                self.nodes[node].doomed = true;
            } else {
                self.fell(node);
            }
        }
        Ok(())
    }

    /// Kills a node for a random time.
    pub(crate) fn fell(&mut self, node: usize) {
        self.crash(node);
        let down = self.rng.random_range(1..=self.plan.faults.down_ms_max.max(1));
        self.at(down, Happening::Restart { node });
    }

    /// Kills a node: memory is gone, and of the unsynced journal a random part.
    pub fn crash(&mut self, node: usize) {
        let survivors = self.rng.random_range(0..=self.nodes[node].disk.unsynced());
        self.nodes[node].crash(survivors);
        self.note(|| format!("bank {node} crashes, {survivors} unsynced entries survive"));
    }

    pub(crate) fn partition(&mut self) -> Result<(), Violation> {
        self.at(self.plan.faults.partition_every_ms.max(1), Happening::Partition);
        if self.faults_on {
            self.network.partition(&mut self.rng);
            let lasts = self.rng.random_range(1..=self.plan.faults.partition_ms_max.max(1));
            self.at(lasts, Happening::Heal);
            self.note(|| "the network is cut".to_owned());
        }
        Ok(())
    }

    /// Starts a node from its disks, if it is down.
    ///
    /// # Errors
    /// A broken promise.
    pub fn restart(&mut self, node: usize) -> Result<(), Violation> {
        if self.nodes[node].is_up() {
            return Ok(());
        }
        let verifier = self.plan.scheme.verifier();
        self.nodes[node].disk.tamper(self.plan.mutant);
        let start = self.nodes[node]
            .boot(verifier)
            .map_err(|why| Violation(format!("bank {node} cannot read its own store: {why}")))?;
        let tip = self.nodes[node].disk.tip().map_or(0, |tip| tip.height().0);
        self.checks.restarted(node, tip)?;
        self.note(|| format!("bank {node} starts with {} journal entries", start.journal.len()));
        self.feed(node, Input::Start(start))
    }

    /// Ends all faults: links whole, every node up.
    ///
    /// # Errors
    /// A broken promise.
    pub fn calm(&mut self) -> Result<(), Violation> {
        self.faults_on = false;
        self.network.heal();
        self.nodes.iter_mut().for_each(|node| node.doomed = false);
        (0..self.nodes.len()).try_for_each(|node| self.restart(node))
    }
}
