//! What must hold after every step (document 8, point 1). A broken promise ends the run.

use idx_chain::State;
use idx_consensus::approval::decide;
use idx_types::wire::{CertifiedHeight, Gossip};
use idx_types::{BankId, Decision, Height, Outcome, PrivateHash, PublicHash, Round, TxId, Verdict, VoteKind};
use std::collections::{BTreeMap, BTreeSet};

/// A promise that was broken, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Violation(pub String);

/// Where and in which kind of vote a bank spoke.
type Place = (BankId, Height, Round, VoteKind);

/// Remembers all that was said and decided.
#[derive(Default)]
pub struct Checks {
    decided: BTreeMap<Height, PrivateHash>,
    settled: BTreeSet<TxId>,
    votes: BTreeMap<Place, Option<PrivateHash>>,
    proposals: BTreeMap<(BankId, Height, Round), PrivateHash>,
    headers: BTreeMap<(BankId, Height, Round), PublicHash>,
    verdicts: BTreeMap<(BankId, PublicHash), Vec<Verdict>>,
    miners: BTreeMap<BankId, u64>,
    announced: BTreeMap<usize, u64>,
}

impl Checks {
    /// An honest bank sent this: it must not contradict what it ever sent before.
    pub fn sent(&mut self, from: BankId, message: &Gossip) -> Result<(), Violation> {
        match message {
            Gossip::Vote(vote) if vote.message.bank == from => {
                let v = &vote.message;
                same(&mut self.votes, (from, v.height, v.round, v.kind), v.value, "vote")
            }
            Gossip::Proposal(message) if message.proposal.message.bank == from => {
                let p = &message.proposal.message;
                same(&mut self.proposals, (from, p.height, p.round), p.value, "proposal")
            }
            Gossip::Mined(announcement) if announcement.header.message.miner == from => {
                let header = &announcement.header.message;
                same(&mut self.headers, (from, header.height, header.round), header.hash(), "mined header")
            }
            Gossip::Verdicts(verdicts) if verdicts.message.bank == from => {
                let v = &verdicts.message;
                same(&mut self.verdicts, (from, v.block), v.verdicts.clone(), "verdicts")
            }
            _ => Ok(()),
        }
    }

    /// A node told its clients that a height is final.
    pub(crate) fn announced(&mut self, node: usize, height: u64) {
        let highest = self.announced.entry(node).or_default();
        *highest = height.max(*highest);
    }

    /// A node's disks were exchanged by hand: what it announced may be gone.
    pub(crate) fn forgive(&mut self, node: usize) {
        self.announced.remove(&node);
    }

    /// A node started from its disks: what it announced must be there.
    pub(crate) fn restarted(&self, node: usize, tip: u64) -> Result<(), Violation> {
        let announced = self.announced.get(&node).copied().unwrap_or(0);
        if tip >= announced {
            return Ok(());
        }
        Err(Violation(format!("bank {node} lost a final height: announced {announced}, stored {tip}")))
    }

    /// A node announced a final height.
    pub fn finalised(
        &mut self,
        node: BankId,
        height: &CertifiedHeight,
        state: &State,
    ) -> Result<(), Violation> {
        let number = height.height();
        let value = height.commit.value;
        if let Some(other) = self.decided.get(&number) {
            return if *other == value {
                Ok(())
            } else {
                Err(Violation(format!("{node} finalised {value} at height {number}, another bank {other}")))
            };
        }
        self.decided.insert(number, value);
        *self.miners.entry(height.public.header.miner).or_default() += 1;
        self.settled_once(height)?;
        approvals_rule(height, state)?;
        conserved(state)
    }

    fn settled_once(&mut self, height: &CertifiedHeight) -> Result<(), Violation> {
        for (tx, outcome) in height.public.transactions.iter().zip(&height.private.outcomes) {
            if outcome.is_final() && !self.settled.insert(tx.id()) {
                return Err(Violation(format!("transaction {} settled twice", tx.id())));
            }
        }
        Ok(())
    }

    /// Heights decided so far.
    pub fn heights(&self) -> u64 {
        self.decided.keys().last().map_or(0, |height| height.0)
    }

    /// Whether this transaction has settled.
    pub fn is_settled(&self, id: &TxId) -> bool {
        self.settled.contains(id)
    }

    /// Transactions settled.
    pub fn transactions(&self) -> u64 {
        self.settled.len() as u64
    }

    /// Final blocks by miner.
    pub const fn miners(&self) -> &BTreeMap<BankId, u64> {
        &self.miners
    }
}

fn same<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
    said: &mut BTreeMap<K, V>,
    place: K,
    value: V,
    what: &str,
) -> Result<(), Violation> {
    match said.get(&place) {
        Some(before) if *before != value => {
            Err(Violation(format!("conflicting {what} at {place:?}: {before:?}, then {value:?}")))
        }
        Some(_) => Ok(()),
        None => {
            said.insert(place, value);
            Ok(())
        }
    }
}

/// Every completed transaction has enough approvals and those of all involved banks.
fn approvals_rule(height: &CertifiedHeight, state: &State) -> Result<(), Violation> {
    let (banks, certificate) = (state.validators().len(), &height.private.certificate);
    let involved: Vec<_> =
        height.public.transactions.iter().map(|tx| tx.body.kind.involved_banks()).collect();
    let quorum = state.validators().quorums(state.params().approval_margin).quorum;
    let decisions = decide(certificate, &involved, banks, quorum);
    for (i, outcome) in height.private.outcomes.iter().enumerate() {
        let approves = |v: &idx_types::SignedVerdicts| v.message.verdicts.get(i) == Some(&Verdict::Approve);
        let approvals = certificate.verdicts.iter().filter(|v| approves(v)).count();
        let all_involved = involved[i]
            .iter()
            .all(|bank| certificate.of(bank).is_some_and(|v| v.verdicts.get(i) == Some(&Verdict::Approve)));
        let completed = *outcome == Outcome::Completed;
        if completed && (approvals < quorum || !all_involved || decisions[i] != Decision::Pass) {
            return Err(Violation(format!(
                "transaction {i} of {} completed without its approvals",
                height.height()
            )));
        }
    }
    Ok(())
}

fn conserved(state: &State) -> Result<(), Violation> {
    let have = state.recount();
    let issued: Vec<_> = state.issued().iter().map(|(currency, sum)| (*currency, *sum)).collect();
    if have == issued {
        Ok(())
    } else {
        Err(Violation(format!("money is not conserved: issued {issued:?}, recounted {have:?}")))
    }
}
