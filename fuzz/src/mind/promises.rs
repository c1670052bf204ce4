//! What a mind must keep, whatever reaches it.

use super::Liars;
use crate::stage::{StandInRule, peer_of};
use idx_chain::State;
use idx_replica::{HaltReason, JournalEntry, Replica, Unsigned};
use idx_types::wire::{CertifiedHeight, Gossip};
use idx_types::{BankId, Height, NetworkKey, Round, VoteKind};
use std::collections::BTreeMap;

/// Most wishes for one input: each of 512 kept messages may be looked at again, and each wish of the
/// agreement brings a few.
const EFFECTS_MAX: usize = 2_048;

/// Where a bank can speak once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Place {
    Vote(Height, Round, VoteKind),
    Proposal(Height, Round),
    Header(Height, Round),
    Verdicts(Height, [u8; 32]),
}

/// Everything that the mind has said.
pub(super) struct Promises {
    me: BankId,
    liars: Liars,
    /// What left the node, for ever.
    sent: BTreeMap<Place, Vec<u8>>,
    /// What it asked to sign since it started.
    asked: BTreeMap<Place, Vec<u8>>,
    tip: Height,
}

impl Promises {
    pub(super) fn new(me: BankId, liars: Liars) -> Self {
        Self { me, liars, sent: BTreeMap::new(), asked: BTreeMap::new(), tip: Height::GENESIS }
    }

    /// The mind starts again: what it only asked for is nobody's business any more.
    pub(super) fn restarted(&mut self, state: &State) {
        self.asked.clear();
        let stored = state.tip().height;
        assert!(stored >= self.tip, "a final height is lost");
        self.tip = stored;
    }

    pub(super) fn wishes(&self, count: usize) {
        assert!(count <= EFFECTS_MAX, "{count} wishes for one input, at most {EFFECTS_MAX}");
    }

    /// It asks for a signature.
    pub(super) fn asks(&mut self, unsigned: &Unsigned) {
        let (place, content) = match unsigned {
            Unsigned::Vote(vote) => (Place::Vote(vote.height, vote.round, vote.kind), bytes(vote)),
            Unsigned::Proposal(p) => (Place::Proposal(p.height, p.round), bytes(p)),
            Unsigned::Verdicts(v) => (Place::Verdicts(v.height, v.block.0), bytes(v)),
            Unsigned::Header(header) => (Place::Header(header.height, header.round), bytes(&**header)),
            Unsigned::Transaction(_) => return,
        };
        assert!(
            self.sent.get(&place).is_none_or(|sent| *sent == content),
            "asks to sign what contradicts what it sent: {unsigned:?}"
        );
        once(&mut self.asked, place, content, "asks to sign");
    }

    /// A message leaves; `unsynced` is what a crash now would forget.
    pub(super) fn sends(&mut self, message: &Gossip, unsynced: &[JournalEntry]) {
        let Some((place, content, kept)) = self.own(message, unsynced) else { return };
        assert!(kept, "sent before it is in the synced journal: {message:?}");
        once(&mut self.sent, place, content, "sends");
    }

    fn own(&self, message: &Gossip, unsynced: &[JournalEntry]) -> Option<(Place, Vec<u8>, bool)> {
        let lost = |found: &dyn Fn(&JournalEntry) -> bool| unsynced.iter().any(found);
        match message {
            Gossip::Vote(vote) if vote.message.bank == self.me => {
                let place = Place::Vote(vote.message.height, vote.message.round, vote.message.kind);
                let kept = !lost(&|entry| matches!(entry, JournalEntry::Vote(other) if other == vote));
                Some((place, bytes(&vote.message), kept))
            }
            Gossip::Proposal(said) if said.proposal.message.bank == self.me => {
                let proposal = &said.proposal.message;
                let same =
                    |other: &JournalEntry| matches!(other, JournalEntry::Proposal(p, _) if *p == **said);
                Some((Place::Proposal(proposal.height, proposal.round), bytes(proposal), !lost(&same)))
            }
            Gossip::Verdicts(said) if said.message.bank == self.me => {
                let place = Place::Verdicts(said.message.height, said.message.block.0);
                let same =
                    |entry: &JournalEntry| matches!(entry, JournalEntry::OwnVerdicts(v) if *v == **said);
                Some((place, bytes(&said.message), !lost(&same)))
            }
            Gossip::Mined(said) if said.header.message.miner == self.me => {
                let header = &said.header.message;
                let same = |entry: &JournalEntry| matches!(entry, JournalEntry::Block { announcement, .. } if *announcement == **said);
                Some((Place::Header(header.height, header.round), bytes(header), !lost(&same)))
            }
            _ => None,
        }
    }

    /// It tells of a peer that no honest one does so.
    pub(super) fn blames(&self, peer: NetworkKey, what: &str) {
        let lied = crate::stage::banks().any(|bank| peer_of(bank) == peer && self.liars.includes(bank));
        assert!(lied, "an honest bank is blamed: {what}");
    }

    /// It stops for good.
    pub(super) fn halts(&self, reason: &HaltReason) {
        assert!(!self.liars.is_one(), "one liar makes it halt: {reason}");
    }

    /// It tells clients that a height is final.
    pub(super) fn finalises(&mut self, height: &CertifiedHeight, state: &State) {
        assert_eq!(height.height(), self.tip.next(), "heights become final in order");
        self.tip = height.height();
        let issued: Vec<_> = state.issued().iter().map(|(currency, sum)| (*currency, *sum)).collect();
        assert_eq!(state.recount(), issued, "money is conserved");
        let all: Vec<BankId> = height.commit.signatures.iter().map(|(bank, _)| *bank).collect();
        assert!(all.len() >= 4 && all.is_sorted_by(|a, b| a < b), "a quorum of distinct banks: {all:?}");
        let valid = height.commit.check(state.chain_id(), state.validators(), 4, &StandInRule);
        assert_eq!(valid, Ok(()), "the certificate holds");
    }

    /// What it keeps of others is bounded.
    pub(super) fn keeps(&self, mind: &Replica) {
        if let Err(what) = mind.held().check() {
            panic!("{what}");
        }
    }
}

fn once(said: &mut BTreeMap<Place, Vec<u8>>, place: Place, content: Vec<u8>, verb: &str) {
    if let Some(before) = said.insert(place, content) {
        assert_eq!(before, said[&place], "{verb} two different things at {place:?}");
    }
}

fn bytes<T: borsh::BorshSerialize>(value: &T) -> Vec<u8> {
    borsh::to_vec(value).expect("writing to memory")
}
