//! Proof that a bank signed two messages that contradict each other.

use crate::ids::{BankId, Height, Round};
use crate::verdict::SignedVerdicts;
use crate::vote::{SignedHeader, SignedProposal, SignedVote};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{BadSignature, Hash32, PublicKey, Verifier, hash_borsh};

/// Two signed messages of one bank that no honest bank signs both.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Evidence {
    /// Two votes of one kind in one round for different values.
    Votes(SignedVote, SignedVote),
    /// Two proposals of one round for different values.
    Proposals(SignedProposal, SignedProposal),
    /// Two mined headers of one round.
    Headers(SignedHeader, SignedHeader),
    /// Two different verdicts on one block; kept as digests' preimages, bounded by `TX_BYTES_MAX`.
    Verdicts(SignedVerdicts, SignedVerdicts),
}

/// Who contradicted himself, where.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub struct Offence {
    /// The bank.
    pub bank: BankId,
    /// The height of both messages.
    pub height: Height,
    /// Their round; 0 for verdicts, which have none.
    pub round: Round,
    /// 0 votes, 1 proposals, 2 headers, 3 verdicts: one offence is slashed once.
    pub kind: u8,
}

impl Evidence {
    /// The offence, if the two messages contradict each other. Signatures are not looked at.
    pub fn offence(&self) -> Option<Offence> {
        match self {
            Self::Votes(a, b) => {
                let (a, b) = (&a.message, &b.message);
                let place = |v: &crate::vote::Vote| (v.chain_id, v.bank, v.height, v.round, v.kind);
                let contradicts = place(a) == place(b) && a.value != b.value;
                contradicts.then_some(Offence { bank: a.bank, height: a.height, round: a.round, kind: 0 })
            }
            Self::Proposals(a, b) => {
                let (a, b) = (&a.message, &b.message);
                let place = |p: &crate::vote::Proposal| (p.chain_id, p.bank, p.height, p.round);
                let contradicts = place(a) == place(b) && a.value != b.value;
                contradicts.then_some(Offence { bank: a.bank, height: a.height, round: a.round, kind: 1 })
            }
            Self::Headers(a, b) => {
                let (a, b) = (&a.message, &b.message);
                let place = |h: &crate::block::PublicHeader| (h.chain_id, h.miner, h.height, h.round);
                let contradicts = place(a) == place(b) && a != b;
                contradicts.then_some(Offence { bank: a.miner, height: a.height, round: a.round, kind: 2 })
            }
            Self::Verdicts(a, b) => {
                let (a, b) = (&a.message, &b.message);
                let place = |v: &crate::verdict::Verdicts| (v.chain_id, v.bank, v.height, v.block);
                let contradicts = place(a) == place(b) && a.verdicts != b.verdicts;
                contradicts.then_some(Offence { bank: a.bank, height: a.height, round: Round::ZERO, kind: 3 })
            }
        }
    }

    /// Checks both signatures under the offender's key.
    ///
    /// # Errors
    /// [`BadSignature`] if one of them is not that key's.
    pub fn check_signatures(&self, key: &PublicKey, verifier: &dyn Verifier) -> Result<(), BadSignature> {
        match self {
            Self::Votes(a, b) => a.check(key, verifier).and_then(|()| b.check(key, verifier)),
            Self::Proposals(a, b) => a.check(key, verifier).and_then(|()| b.check(key, verifier)),
            Self::Headers(a, b) => a.check(key, verifier).and_then(|()| b.check(key, verifier)),
            Self::Verdicts(a, b) => a.check(key, verifier).and_then(|()| b.check(key, verifier)),
        }
    }

    /// The digest that names this evidence.
    pub fn hash(&self) -> Hash32 {
        hash_borsh("idx/evidence/1", self)
    }
}
