//! What honest banks ever signed: nothing twice in one place, and no rejection passed over.

use super::{Violation, completed, is_rejection};
use idx_types::wire::{CertifiedHeight, Gossip};
use idx_types::{BankId, Height, PrivateHash, PublicHash, Round, Verdict, VoteKind};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Where and in which kind of vote a bank spoke.
type Place = (BankId, Height, Round, VoteKind);

/// Everything signed, by place.
#[derive(Default)]
pub(super) struct Spoken {
    votes: BTreeMap<Place, Option<PrivateHash>>,
    proposals: BTreeMap<(BankId, Height, Round), PrivateHash>,
    headers: BTreeMap<(BankId, Height, Round), PublicHash>,
    verdicts: BTreeMap<(PublicHash, BankId), Vec<Verdict>>,
}

impl Spoken {
    pub(super) fn sent(&mut self, from: BankId, message: &Gossip) -> Result<(), Violation> {
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
                same(&mut self.verdicts, (v.block, from), v.verdicts.clone(), "verdicts")
            }
            _ => Ok(()),
        }
    }

    /// What an honest involved bank rejected is never completed, whatever the certificate says.
    pub(super) fn never_overridden(&self, height: &CertifiedHeight) -> Result<(), Violation> {
        let block = height.private.header.public_hash;
        let (from, to) = ((block, BankId(0)), (block, BankId(u16::MAX)));
        for ((_, bank), verdicts) in self.verdicts.range(from..=to) {
            let settled = height.public.transactions.iter().zip(&height.private.outcomes).zip(verdicts);
            for ((tx, outcome), verdict) in settled {
                if completed(outcome)
                    && is_rejection(verdict)
                    && tx.body.kind.involved_banks().contains(*bank)
                {
                    return Err(Violation(format!("{bank} rejected {} and it was completed", tx.id())));
                }
            }
        }
        Ok(())
    }
}

fn same<K: Ord + Debug, V: PartialEq + Debug>(
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
