//! What a bank sends again while a height is stuck. From one honest bank's bundle alone, a bank
//! that missed everything gets into the same round and to the same lock, or decides (fault 24).
//!
//! | votes                                             | what they give the other          |
//! |---------------------------------------------------|-----------------------------------|
//! | all of the current round                          | reason to skip to it; its tally   |
//! | precommits of the round before                    | reason to leave that round        |
//! | prevotes of the last polka                        | proof for a repeated proposal     |
//! | precommits of the last round that had any for a value | the decision, or nearly       |
//! | our own last prevote and precommit                | our part, if it was lost          |
//!
//! At most five votes a bank and our own two, whatever happened before; both votes of a bank that
//! contradicted itself, since the others need both.

use super::contest::Contest;
use idx_types::vote::VoteBundle;
use idx_types::{BankId, Round, SignedVote, VoteKind};
use std::collections::BTreeMap;

impl Contest {
    /// The votes to send again.
    pub(super) fn bundle(&self) -> VoteBundle {
        let current = self.round().unwrap_or(Round::ZERO);
        let of_kind = |round, wanted| {
            self.votes.of_round(round).filter(move |vote: &&SignedVote| vote.message.kind == wanted)
        };
        let before = current.0.checked_sub(1).map(Round);
        let before = before.into_iter().flat_map(|round| of_kind(round, VoteKind::Precommit));
        let polka = self.votes.newest_polka(self.quorums.quorum);
        let polka = polka.into_iter().flat_map(|(round, _)| of_kind(round, VoteKind::Prevote));
        let commit = self.newest_commit().into_iter().flat_map(|r| of_kind(r, VoteKind::Precommit));
        let own = self.me.into_iter().flat_map(|bank| self.last_votes(bank));
        let all = self.votes.of_round(current).chain(before).chain(polka).chain(commit).chain(own);
        let place = |vote: &SignedVote| {
            let vote = &vote.message;
            (vote.round, vote.bank, vote.kind, vote.value)
        };
        let sorted: BTreeMap<_, _> = all.map(|vote| (place(vote), *vote)).collect();
        VoteBundle { votes: sorted.into_values().collect() }
    }

    /// The last round in which a bank precommitted a value.
    fn newest_commit(&self) -> Option<Round> {
        let commits =
            |vote: &SignedVote| vote.message.kind == VoteKind::Precommit && vote.message.value.is_some();
        let mut rounds = self.votes.rounds().rev();
        rounds.find(|round| self.votes.of_round(*round).any(commits))
    }

    fn last_votes(&self, bank: BankId) -> impl Iterator<Item = &SignedVote> {
        let last = move |kind| self.votes.rounds().rev().find_map(|r| self.votes.get(r, bank, kind));
        [VoteKind::Prevote, VoteKind::Precommit].into_iter().filter_map(last)
    }
}
