//! When a height is decided: a quorum of precommits for one value, of any round, whose candidate
//! this node holds for valid (Tendermint, arXiv:1807.04938, line 49).
//!
//! | the value is here     | and                     | told                               |
//! |-----------------------|-------------------------|------------------------------------|
//! | proposed and valid    |                         | `Decide`                           |
//! | not proposed          |                         | `DecidedUnknown`: fetch it (30)    |
//! | proposed and invalid  |                         | `Contradiction`                    |
//! | anything              | another one was decided | `Contradiction`: a fork            |
//!
//! The proposal may be of any round: a value that was proposed again is still the same value.

use super::contest::Contest;
use super::message::Output;
use idx_types::{CommitCertificate, PrivateHash, Round, VoteKind};

impl Contest {
    /// Looks whether a value is final by the precommits of a round, and says so.
    pub(super) fn settle(&mut self, round: Round, value: PrivateHash, out: &mut Vec<Output>) {
        let Some(certificate) = self.certificate(round, value) else { return };
        match (self.decided, self.proposals.validity(value)) {
            (Some(decided), _) if decided == value => {}
            (None, Some(true)) => {
                self.decided = Some(value);
                out.push(Output::Decide { certificate });
            }
            (None, None) if self.told.insert((value, false)) => {
                out.push(Output::DecidedUnknown { certificate });
            }
            (None, None) => {}
            (Some(_), _) | (None, Some(false)) => {
                if self.told.insert((value, true)) {
                    out.push(Output::Contradiction { certificate });
                }
            }
        }
    }

    /// The same for all rounds, once a proposal of the value has come.
    pub(super) fn settle_value(&mut self, value: PrivateHash, out: &mut Vec<Output>) {
        let rounds: Vec<_> = self.votes.rounds().collect();
        for round in rounds {
            self.settle(round, value, out);
        }
    }

    /// The precommits of a round for a value, if they are a quorum.
    fn certificate(&self, round: Round, value: PrivateHash) -> Option<CommitCertificate> {
        let precommits = self.votes.backing(round, VoteKind::Precommit, value);
        let signatures: Vec<_> = precommits.map(|vote| (vote.message.bank, vote.signature)).collect();
        (signatures.len() >= self.quorums.quorum).then_some(CommitCertificate {
            height: self.height,
            round,
            value,
            signatures,
        })
    }
}
