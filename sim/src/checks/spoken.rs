//! What honest banks ever signed: nothing twice in one place, and no rejection passed over.

use super::{Violation, completed, is_rejection};
use idx_types::wire::{CertifiedHeight, Gossip};
use idx_types::{BankId, Height, PrivateHash, PublicHash, Round, Verdict, VoteKind};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Where and in which kind of vote a bank spoke.
type Place = (Height, Round, VoteKind, BankId);

/// Everything signed, by place.
#[derive(Default)]
pub(super) struct Spoken {
    votes: BTreeMap<Place, Option<PrivateHash>>,
    proposals: BTreeMap<(BankId, Height, Round), PrivateHash>,
    headers: BTreeMap<(BankId, Height, Round), PublicHash>,
    verdicts: BTreeMap<(PublicHash, BankId), Vec<Verdict>>,
}

impl Spoken {
    /// The rules of locks (document 2.3; Buchman, Kwon and Milosevic 2018, algorithm 1, lines 22 to
    /// 36), seen from outside: a precommit stands on a quorum of prevotes of its round, and a bank
    /// that precommitted prevotes another value only after a quorum did so since. `unknown` votes may
    /// have been cast by liars.
    pub(super) fn locks_hold(
        &self,
        message: &Gossip,
        from: BankId,
        quorum: usize,
        unknown: usize,
    ) -> Result<(), Violation> {
        let Gossip::Vote(vote) = message else { return Ok(()) };
        let vote = &vote.message;
        let Some(value) = vote.value.filter(|_| vote.bank == from) else { return Ok(()) };
        let enough = quorum.saturating_sub(unknown);
        let holds = match vote.kind {
            VoteKind::Precommit => self.has_polka(vote.height, vote.round, vote.round, value, enough),
            VoteKind::Prevote => match self.locked(from, vote.height, vote.round) {
                Some((_, locked)) if locked == value => true,
                Some((since, _)) => {
                    let last = Round(vote.round.0.saturating_sub(1));
                    self.has_polka(vote.height, since, last, value, enough)
                }
                None => true,
            },
        };
        if holds { Ok(()) } else { Err(Violation(format!("a vote against the rules of locks: {vote:?}"))) }
    }

    /// Whether in one of these rounds so many banks prevoted the value.
    fn has_polka(
        &self,
        height: Height,
        first: Round,
        last: Round,
        value: PrivateHash,
        enough: usize,
    ) -> bool {
        let mut counts: BTreeMap<Round, usize> = BTreeMap::new();
        for ((_, round, kind, _), cast) in self.votes_between(height, first, last) {
            if *kind == VoteKind::Prevote && *cast == Some(value) {
                *counts.entry(*round).or_default() += 1;
            }
        }
        enough == 0 || counts.values().any(|count| *count >= enough)
    }

    /// The last value that a bank precommitted before a round, and when.
    fn locked(&self, bank: BankId, height: Height, before: Round) -> Option<(Round, PrivateHash)> {
        let last = Round(before.0.checked_sub(1)?);
        let own = self.votes_between(height, Round::ZERO, last).rev();
        let mut precommits =
            own.filter(|((_, _, kind, who), _)| *kind == VoteKind::Precommit && *who == bank);
        precommits.find_map(|((_, round, ..), cast)| Some((*round, (*cast)?)))
    }

    fn votes_between(
        &self,
        height: Height,
        first: Round,
        last: Round,
    ) -> impl DoubleEndedIterator<Item = (&Place, &Option<PrivateHash>)> {
        let from = (height, first, VoteKind::Prevote, BankId(0));
        self.votes.range(from..=(height, last, VoteKind::Precommit, BankId(u16::MAX)))
    }

    pub(super) fn sent(&mut self, from: BankId, message: &Gossip) -> Result<(), Violation> {
        match message {
            Gossip::Vote(vote) if vote.message.bank == from => {
                let v = &vote.message;
                same(&mut self.votes, (v.height, v.round, v.kind, from), v.value, "vote")
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
