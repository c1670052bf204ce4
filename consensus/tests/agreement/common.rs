//! Banks, values and signed messages to play with. Signatures are a stand-in: what is tested here
//! begins after they were checked.

use idx_consensus::election;
use idx_crypto::{Hash32, PublicKey, Signature};
use idx_types::{
    Bank, BankId, Height, NetworkKey, Paise, PrivateHash, Proposal, Round, Signed, SignedProposal,
    SignedVote, ValidatorSet, Vote, VoteKind, testing,
};
use std::sync::Arc;

pub fn banks(count: usize) -> Arc<ValidatorSet> {
    let bank = |id: u16| Bank {
        id: BankId(id),
        code: format!("BANK{id}").parse().unwrap(),
        consensus_key: PublicKey([id as u8; 32]),
        network_key: NetworkKey([id as u8; 32]),
        hpke_key: Hash32::ZERO,
        stake: Paise(1_000),
    };
    Arc::new(ValidatorSet::new((0..count as u16).map(bank).collect()).unwrap())
}

pub fn value(byte: u8) -> PrivateHash {
    PrivateHash([byte; 32])
}

/// What every honest bank of the world holds for invalid.
pub fn is_valid(value: PrivateHash) -> bool {
    value.0[0] != 0xff
}

pub fn signature(bank: BankId) -> Signature {
    Signature([bank.0 as u8; 64])
}

pub fn vote(height: u64, round: u32, kind: VoteKind, value: Option<PrivateHash>, bank: u16) -> SignedVote {
    let message = Vote {
        chain_id: testing::chain_id(),
        height: Height(height),
        round: Round(round),
        kind,
        value,
        bank: BankId(bank),
    };
    Signed { message, signature: signature(BankId(bank)) }
}

/// By the elected bank.
pub fn proposal(
    banks: &ValidatorSet,
    height: u64,
    round: u32,
    pol_round: Option<u32>,
    value: PrivateHash,
) -> SignedProposal {
    let bank = election::miner(banks, Height(height), Round(round));
    let message = Proposal {
        chain_id: testing::chain_id(),
        height: Height(height),
        round: Round(round),
        pol_round: pol_round.map(Round),
        value,
        bank,
    };
    Signed { message, signature: signature(bank) }
}
