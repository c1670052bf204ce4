//! The banks decide: one proposes, the others vote as soon as they see it, in any weather.

use crate::checks::Violation;
use crate::trouble::Motion;
use crate::world::{Happening, World};
use idx_types::tx::{AddBank, Ballot, Change, Propose};
use idx_types::{Height, Paise, Params, TxId, TxKind};

/// Motions are looked after so often, milliseconds.
const EVERY_MS: u64 = 700;

/// A change comes into force so many heights after it was proposed.
const HEIGHTS_AHEAD: u64 = 40;

/// What the banks are deciding.
#[derive(Default)]
pub(crate) struct Motions {
    open: Vec<(TxId, Vec<usize>)>,
}

impl World {
    /// The first bank that is up proposes.
    pub(crate) fn propose(&mut self, motion: Motion) -> Result<(), Violation> {
        let Some(node) = self.proposer() else { return Ok(()) };
        let Some(state) = self.nodes[node].state() else { return Ok(()) };
        let params = || state.params().clone();
        let change = match motion {
            Motion::Join(joining) => {
                let bank = self.nodes[joining].identity.as_bank(Paise::ZERO);
                Change::AddBank(AddBank { bank })
            }
            Motion::Leave(leaving) => Change::RemoveBank(self.bank(leaving)),
            Motion::MinTransfer => Change::Params(Box::new(Params { min_transfer: Paise(77), ..params() })),
            Motion::NextProtocol => {
                let protocol_version = params().protocol_version + 1;
                Change::Params(Box::new(Params { protocol_version, ..params() }))
            }
        };
        let (bank, effective_at) = (self.bank(node), Height(state.tip().height.0 + HEIGHTS_AHEAD));
        let proposal = self.submit_as(node, TxKind::Propose(Propose { bank, change, effective_at }))?;
        let voters = (0..self.plan.ledger_nodes()).filter(|voter| *voter != node).collect();
        self.motions.open.push((proposal, voters));
        self.at(EVERY_MS, Happening::Motions);
        Ok(())
    }

    /// The first honest bank that is up.
    pub(crate) fn proposer(&self) -> Option<usize> {
        (0..usize::from(self.plan.banks))
            .find(|node| self.nodes[*node].is_up() && self.nodes[*node].lie.is_none())
    }

    /// Banks that see a proposal vote for it.
    pub(crate) fn pursue_motions(&mut self) -> Result<(), Violation> {
        let mut open = std::mem::take(&mut self.motions.open);
        for (proposal, voters) in &mut open {
            let mut left = Vec::new();
            for voter in std::mem::take(voters) {
                if !self.vote_on(voter, *proposal)? {
                    left.push(voter);
                }
            }
            *voters = left;
        }
        open.retain(|(_, voters)| !voters.is_empty());
        if !open.is_empty() && self.faults_on {
            self.at(EVERY_MS, Happening::Motions);
        }
        self.motions.open = open;
        Ok(())
    }

    /// Answers whether the bank has voted, or has nothing to say.
    fn vote_on(&mut self, voter: usize, proposal: TxId) -> Result<bool, Violation> {
        let bank = self.bank(voter);
        let Some(state) = self.nodes[voter].state() else { return Ok(false) };
        if !state.is_settled(&proposal) {
            return Ok(false);
        }
        if state.validators().get(bank).is_some() {
            self.submit_as(voter, TxKind::Ballot(Ballot { bank, proposal, approve: true }))?;
        }
        Ok(true)
    }
}
