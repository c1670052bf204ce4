//! Tests of approval, and what they share.

mod collecting;
mod examples;
mod exhaustive;
mod properties;

use crate::approval::decide;
use idx_crypto::{Hash32, Signature};
use idx_types::testing::{self, chain_id, header, key};
use idx_types::tx::Ballot;
use idx_types::{
    ApprovalCertificate, Bank, BankId, Decision, InvolvedBanks, NetworkKey, Paise, PublicHash, Reason,
    SessionId, Signed, SignedVerdicts, TxId, TxKind, ValidatorSet, Verdict, Verdicts, Verified,
};

pub(super) const HDFC: BankId = BankId(0);
pub(super) const ICICI: BankId = BankId(1);

/// A bank's voice on one transaction: silence, approval or a reason against.
pub(super) type Voice = Option<Verdict>;

pub(super) const SILENT: Voice = None;
pub(super) const YES: Voice = Some(Verdict::Approve);

pub(super) const fn no(reason: Reason) -> Voice {
    Some(Verdict::Reject(reason))
}

/// The involved banks of a transfer between two banks (or inside one).
pub(super) fn transfer(from_bank: BankId, to_bank: BankId) -> InvolvedBanks {
    let (from, to) = (SessionId([1; 32]), SessionId([2; 32]));
    let (amount, fee) = (Paise(500_000), Paise(7_500));
    TxKind::Transfer(testing::transfer((from, from_bank), (to, to_bank), amount, fee)).involved_banks()
}

/// The involved banks of a transaction that touches no account.
pub(super) fn ballot() -> InvolvedBanks {
    TxKind::Ballot(Ballot { bank: HDFC, proposal: TxId([0; 32]), approve: true }).involved_banks()
}

/// Banks 0 to n - 1 of equal stake.
pub(super) fn banks(n: u8) -> ValidatorSet {
    let bank = |i: u8| Bank {
        id: BankId(u16::from(i)),
        code: format!("BANK{i}").parse().unwrap(),
        consensus_key: idx_crypto::Signer::public_key(&key(i)),
        network_key: NetworkKey([i; 32]),
        hpke_key: Hash32::ZERO,
        stake: Paise(1),
    };
    ValidatorSet::new((0..n).map(bank).collect()).unwrap()
}

/// The block all tests speak about.
pub(super) fn block() -> PublicHash {
    header().hash()
}

/// What one bank says of every transaction of the block.
pub(super) fn says(bank: BankId, verdicts: Vec<Verdict>) -> Verdicts {
    Verdicts { chain_id: chain_id(), height: header().height, block: block(), bank, verdicts }
}

/// The message under the bank's key.
pub(super) fn signed(verdicts: Verdicts) -> Verified<SignedVerdicts> {
    let signer = key(verdicts.bank.0 as u8);
    Verified::vouch(Signed::new(verdicts, &signer))
}

/// A certificate of messages; the rule does not look at signatures.
pub(super) fn certificate(messages: Vec<Verdicts>) -> ApprovalCertificate {
    let unsigned = |message| Signed { message, signature: Signature([0; 64]) };
    ApprovalCertificate { block: block(), verdicts: messages.into_iter().map(unsigned).collect() }
}

/// The certificate of a block of one transaction on which bank i has voice i.
pub(super) fn certificate_of(voices: &[Voice]) -> ApprovalCertificate {
    let said = |(i, voice): (usize, &Voice)| voice.map(|v| says(BankId(i as u16), vec![v]));
    certificate(voices.iter().enumerate().filter_map(said).collect())
}

/// The decision on one transaction; there are as many banks as voices.
pub(super) fn decide_one(voices: &[Voice], involved: InvolvedBanks, quorum: usize) -> Decision {
    let decisions = decide(&certificate_of(voices), &[involved], voices.len(), quorum);
    assert_eq!(decisions.len(), 1);
    decisions[0]
}
