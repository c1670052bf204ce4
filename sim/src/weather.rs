//! Lets the troubles of a plan happen, and end.

use crate::checks::Violation;
use crate::disk::Disk;
use crate::trouble::{Kind, Motion, Trouble};
use crate::world::{Happening, World};
use idx_replica::Abstention;
use idx_types::{Height, Quorums};
use rand::RngExt;

impl World {
    pub(crate) fn schedule_troubles(&mut self) {
        for (index, trouble) in self.plan.storm.iter().enumerate() {
            self.queue.insert(
                (crate::world::EPOCH_MS + trouble.at_ms, u64::MAX - index as u64),
                Happening::Trouble(index),
            );
        }
    }

    /// A trouble of the plan begins.
    pub(crate) fn trouble(&mut self, index: usize) -> Result<(), Violation> {
        let Trouble { lasts_ms, kind, .. } = self.plan.storm[index].clone();
        if !self.faults_on {
            return Ok(());
        }
        if let Some(node) = kind.node()
            && (node >= self.nodes.len() || (!self.nodes[node].is_up() && kind.needs_life()))
        {
            return Ok(());
        }
        let damages = matches!(
            kind,
            Kind::LogRot { .. } | Kind::LostDisks { .. } | Kind::OldStore { .. } | Kind::StoreRot { .. }
        );
        if damages && !kind.node().is_some_and(|node| self.may_lose(node)) {
            return Ok(());
        }
        if !self.has_effect(&kind) {
            return Ok(());
        }
        self.injected.began(&kind);
        self.note_all(|| format!("== {kind:?}, for {lasts_ms} ms"));
        self.at(lasts_ms, Happening::Ends(index));
        self.begin_trouble(kind, lasts_ms)
    }

    fn begin_trouble(&mut self, kind: Kind, lasts_ms: u64) -> Result<(), Violation> {
        match kind {
            Kind::PowerCut { node } => return self.down(node, lasts_ms, true),
            Kind::Kill { node } => return self.down(node, lasts_ms, false),
            Kind::CutInStep { node } => self.nodes[node].doomed = true,
            Kind::CutInWrite { node, operations } => {
                self.nodes[node].disk.cut_after(operations);
            }
            Kind::Pause { node } => self.nodes[node].paused = true,
            Kind::Partition { side, one_way } => self.network.partition(side, one_way),
            Kind::BlackHole { from, to } => self.network.cut(from, to),
            Kind::SlowLink { from, to, delay_ms } => self.network.slow(from, to, delay_ms),
            Kind::SlowDisk { node, sync_ms } => self.nodes[node].sync_ms = sync_ms,
            Kind::FullDisk { node } => self.nodes[node].disk.set_full(true),
            Kind::ClockJump { node, ahead_ms } => self.nodes[node].clock.set(ahead_ms),
            Kind::ClockStop { node } => self.nodes[node].clock.stop(self.now_ms),
            Kind::Upgrade { node } => {
                self.nodes[node].release += 1;
                return self.down(node, lasts_ms, false);
            }
            Kind::Govern(motion) => return self.propose(motion),
            Kind::LogRot { .. } | Kind::StoreRot { .. } | Kind::LostDisks { .. } | Kind::OldStore { .. } => {
                return self.spoil(kind, lasts_ms);
            }
        }
        Ok(())
    }

    /// A trouble of the plan ends.
    pub(crate) fn trouble_ends(&mut self, index: usize) -> Result<(), Violation> {
        if !self.faults_on {
            return Ok(());
        }
        let kind = self.plan.storm[index].kind.clone();
        match kind {
            Kind::Pause { node } => return self.resume(node),
            Kind::Partition { side, one_way } => self.network.rejoin(side, one_way),
            Kind::BlackHole { from, to } => self.network.mend(from, to),
            Kind::SlowLink { from, to, .. } => self.network.slow(from, to, 0),
            Kind::SlowDisk { node, .. } => self.nodes[node].sync_ms = 0,
            Kind::FullDisk { node } => self.nodes[node].disk.set_full(false),
            Kind::ClockJump { node, .. } | Kind::ClockStop { node } => self.nodes[node].clock.set(0),
            _ => {}
        }
        Ok(())
    }

    fn resume(&mut self, node: usize) -> Result<(), Violation> {
        if !std::mem::take(&mut self.nodes[node].paused) {
            return Ok(());
        }
        let incarnation = self.nodes[node].incarnation();
        let waits = self.nodes[node].work.on_disk;
        if waits { Ok(()) } else { self.go_on(node, incarnation) }
    }

    /// Damage to what is stored. A bank that forgets what it signed must not sign for a while, and
    /// the network bears one such bank at a time (document 2.3, and the operations guide).
    fn spoil(&mut self, kind: Kind, lasts_ms: u64) -> Result<(), Violation> {
        let Some(node) = kind.node() else { return Ok(()) };
        self.down(node, lasts_ms, true)?;
        match kind {
            Kind::LogRot { place, .. } => {
                self.nodes[node].disk.rot_log(place);
                self.spoilt[node] = true;
            }
            Kind::StoreRot { .. } => self.nodes[node].disk.rot_store(),
            Kind::LostDisks { .. } => {
                let (genesis, seed) = (self.genesis(), self.plan.seed ^ self.now_ms);
                self.nodes[node].disk = self.nodes[node].disk.replaced(&genesis, seed);
                self.checks.holds(node, None);
                self.spoilt[node] = true;
            }
            _ => {
                let older = self.older_backups(node);
                let old = &self.backups[older[self.rng.random_range(0..older.len())]];
                self.nodes[node].disk.restore_store(old);
                self.checks.holds(node, old.tip().map(|tip| &**tip));
            }
        }
        Ok(())
    }

    /// Copies of a block store that lack a height which this node has.
    fn older_backups(&self, node: usize) -> Vec<usize> {
        let height = |disk: &Disk| disk.tip().map_or(Height(0), |tip| tip.height());
        let own = height(&self.nodes[node].disk);
        (0..self.backups.len()).filter(|copy| height(&self.backups[*copy]) < own).collect()
    }

    /// Whether a trouble changes anything, as things are.
    fn has_effect(&self, kind: &Kind) -> bool {
        let all = (1 << self.nodes.len()) - 1;
        match kind {
            Kind::Partition { side, .. } => ![0, all].contains(&(u32::from(*side) & all)),
            Kind::BlackHole { from, to } | Kind::SlowLink { from, to, .. } => from != to,
            Kind::Pause { node } => !self.nodes[*node].paused,
            Kind::OldStore { node } => !self.older_backups(*node).is_empty(),
            Kind::Govern(_) => self.proposer().is_some(),
            _ => true,
        }
    }

    /// Whether the network can spare this bank's signatures for a while, beside those of liars: all
    /// others sign, and are a quorum. Also those that keep their journal must be spared: without their
    /// store they abstain until they have caught up.
    fn may_lose(&self, node: usize) -> bool {
        let signs = |other: usize| {
            self.nodes[other].insight().is_some_and(|insight| match insight.abstention {
                Abstention::None => true,
                Abstention::Below(height) => insight.height >= height,
                Abstention::HistoryLost => false,
            })
        };
        let honest = |other: &usize| *other != node && self.nodes[*other].lie.is_none();
        let others = (0..self.plan.ledger_nodes()).filter(honest);
        self.can_spare(node) && self.halted.is_empty() && others.into_iter().all(signs)
    }

    /// Whether this bank and the liars together may be silent, also when the banks that the plan votes out
    /// have left.
    fn can_spare(&self, node: usize) -> bool {
        let leaves = |trouble: &&Trouble| matches!(trouble.kind, Kind::Govern(Motion::Leave(_)));
        let banks = usize::from(self.plan.banks) - self.plan.storm.iter().filter(leaves).count();
        let liars = (0..self.plan.nodes()).filter(|liar| *liar != node && self.nodes[*liar].lie.is_some());
        let margin = usize::from(self.plan.agreement_margin);
        Quorums::of(banks, margin).silence_tolerated() > liars.count()
    }

    /// A node goes down, with the power or just its process, and comes back.
    fn down(&mut self, node: usize, lasts_ms: u64, power: bool) -> Result<(), Violation> {
        if power {
            self.crash(node);
        } else {
            self.nodes[node].stop();
            self.note(node, || "is stopped".to_owned());
        }
        self.at(lasts_ms, Happening::Restart { node });
        Ok(())
    }

    /// Ends all faults: links whole, clocks right, disks sound, every node up.
    ///
    /// # Errors
    /// A broken promise.
    pub fn calm(&mut self) -> Result<(), Violation> {
        self.faults_on = false;
        self.note_all(|| "== calm".to_owned());
        self.network.heal();
        for node in 0..self.nodes.len() {
            let machine = &mut self.nodes[node];
            (machine.doomed, machine.sync_ms) = (false, 0);
            machine.clock.set(0);
            machine.disk.set_full(false);
            machine.disk.never_mind();
            self.resume(node)?;
            self.restart(node)?;
        }
        Ok(())
    }
}

impl Kind {
    /// The machine it befalls, if it is one.
    pub(crate) const fn node(&self) -> Option<usize> {
        match self {
            Self::PowerCut { node }
            | Self::CutInStep { node }
            | Self::CutInWrite { node, .. }
            | Self::Kill { node }
            | Self::Pause { node }
            | Self::SlowDisk { node, .. }
            | Self::FullDisk { node }
            | Self::LogRot { node, .. }
            | Self::StoreRot { node }
            | Self::LostDisks { node }
            | Self::OldStore { node }
            | Self::ClockJump { node, .. }
            | Self::ClockStop { node }
            | Self::Upgrade { node } => Some(*node),
            Self::Partition { .. } | Self::BlackHole { .. } | Self::SlowLink { .. } | Self::Govern(_) => None,
        }
    }

    /// It waits for an operation that it can spoil.
    pub(crate) const fn is_felt_later(&self) -> bool {
        matches!(
            self,
            Self::CutInStep { .. }
                | Self::CutInWrite { .. }
                | Self::SlowDisk { .. }
                | Self::FullDisk { .. }
                | Self::LogRot { .. }
        )
    }

    /// It means nothing to a machine that is down.
    const fn needs_life(&self) -> bool {
        !matches!(
            self,
            Self::Upgrade { .. }
                | Self::SlowDisk { .. }
                | Self::FullDisk { .. }
                | Self::ClockJump { .. }
                | Self::ClockStop { .. }
        )
    }
}

#[cfg(test)]
mod tests;
