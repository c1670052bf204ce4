//! Lies about votes, verdicts and certificates.

use super::{FLOOD, Lie, hears_the_lie, nonsense};
use crate::scheme::Scheme;
use crate::world::World;
use idx_crypto::Signer;
use idx_types::vote::VoteBundle;
use idx_types::wire::{CertifiedHeight, Gossip};
use idx_types::{
    CommitCertificate, ForkProof, PrivateHash, Reason, Round, Signed, SignedVerdicts, SignedVote, Verdict,
    Vote, VoteKind,
};

/// Useless transactions with every vote.
const SPAM: u64 = 10;

impl World {
    pub(super) fn vote_lies(&self, from: usize, to: usize, lie: Lie, vote: &SignedVote) -> Vec<Gossip> {
        let signer = &*self.nodes[from].identity.signer;
        match lie {
            Lie::Votes => vec![other_vote(vote, signer)],
            Lie::TwoFaces if hears_the_lie(to) => vec![other_vote(vote, signer)],
            Lie::WrongVotes => vec![self.wrong_vote(from, vote)],
            Lie::Flood => many_votes(vote, signer),
            Lie::Spam => {
                let junk = (0..SPAM).map(|n| self.forged_transaction(from, self.steps * SPAM + n));
                vec![Gossip::Transactions(junk.collect())]
            }
            Lie::ForgedCertificates => vec![self.forged_bundle(from, vote), self.forged_fork(from, vote)],
            _ if lie.replaces() => vec![Gossip::Vote(*vote)],
            _ => Vec::new(),
        }
    }

    /// For a value that was proposed where the mind votes for none, and for none where it votes.
    fn wrong_vote(&self, from: usize, vote: &SignedVote) -> Gossip {
        let proposed = self.nodes[from].insight().and_then(|insight| insight.agreement?.proposed);
        let value = if vote.message.value.is_some() { None } else { proposed };
        Gossip::Vote(Signed::new(Vote { value, ..vote.message }, &*self.nodes[from].identity.signer))
    }

    pub(super) fn verdict_lies(&self, from: usize, lie: Lie, verdicts: &SignedVerdicts) -> Vec<Gossip> {
        let signer = &*self.nodes[from].identity.signer;
        match lie {
            Lie::Verdicts | Lie::WrongVerdicts => vec![other_verdicts(verdicts, signer)],
            _ if lie.replaces() => vec![Gossip::Verdicts(Box::new(verdicts.clone()))],
            _ => Vec::new(),
        }
    }

    /// Votes of all banks for a value of its own, all signed with the liar's key.
    fn forged_bundle(&self, from: usize, vote: &SignedVote) -> Gossip {
        let signer = &*self.nodes[from].identity.signer;
        let value = Some(nonsense(self.plan.scheme, vote));
        let banks = (0..self.plan.ledger_nodes()).map(|node| self.bank(node));
        let forged = banks.map(|bank| {
            let message = Vote { kind: VoteKind::Precommit, value, bank, ..vote.message };
            Signed { signature: Signed::new(message, signer).signature, message }
        });
        Gossip::Bundle(VoteBundle { votes: forged.collect() })
    }

    /// Two certificates of the height, both signed with the liar's key for everybody.
    fn forged_fork(&self, from: usize, vote: &SignedVote) -> Gossip {
        let signer = &*self.nodes[from].identity.signer;
        let banks: Vec<_> = (0..self.plan.ledger_nodes()).map(|node| self.bank(node)).collect();
        let Vote { chain_id, height, round, .. } = vote.message;
        let certificate = |value| {
            let mut forged = CommitCertificate { height, round, value, signatures: Vec::new() };
            for bank in &banks {
                let signature = Signed::new(forged.vote_of(chain_id, *bank), signer).signature;
                forged.signatures.push((*bank, signature));
            }
            forged
        };
        let (one, other) = (certificate(nonsense(self.plan.scheme, vote)), certificate(PrivateHash([8; 32])));
        Gossip::Fork(Box::new(ForkProof { one, other, child: None }))
    }

    /// A height whose certificate names another value, all signed with the liar's key.
    pub(super) fn forged_height(&self, from: usize, mut height: CertifiedHeight) -> CertifiedHeight {
        let signer = &*self.nodes[from].identity.signer;
        height.private.header.mining_ms = height.private.header.mining_ms.wrapping_add(1);
        height.commit.value = height.private.header.hash();
        let chain_id = height.private.header.chain_id;
        let commit = height.commit.clone();
        for (bank, signature) in &mut height.commit.signatures {
            *signature = Signed::new(commit.vote_of(chain_id, *bank), signer).signature;
        }
        height
    }
}

fn other_vote(vote: &SignedVote, signer: &dyn Signer) -> Gossip {
    let value = if vote.message.value.is_some() { None } else { Some(PrivateHash([9; 32])) };
    Gossip::Vote(Signed::new(Vote { value, ..vote.message }, signer))
}

fn many_votes(vote: &SignedVote, signer: &dyn Signer) -> Vec<Gossip> {
    let wild = |n: u32| {
        let round = Round(vote.message.round.0.wrapping_add(n % 7).wrapping_mul(1 + n % 3 * 1_000_003));
        let value = Some(PrivateHash([n as u8; 32]));
        Gossip::Vote(Signed::new(Vote { round, value, ..vote.message }, signer))
    };
    (1..FLOOD).map(wild).collect()
}

fn other_verdicts(verdicts: &SignedVerdicts, signer: &dyn Signer) -> Gossip {
    let mut other = verdicts.message.clone();
    for verdict in &mut other.verdicts {
        *verdict = match verdict {
            Verdict::Approve => Verdict::Reject(Reason::RejectedByPolicy),
            Verdict::Reject(_) => Verdict::Approve,
        };
    }
    Gossip::Verdicts(Box::new(Signed::new(other, signer)))
}

/// A vote of a bank for nil, or for something; what a shell that signs twice sends.
pub(crate) fn second_vote(vote: &SignedVote, scheme: Scheme, number: u64) -> Gossip {
    other_vote(vote, &*scheme.signer(number))
}
