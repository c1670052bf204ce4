//! Judges and orders for tests.

use super::key;
use super::kinds::{hpke_secret, seed_of};
use crate::authority::{Judge, JudgeId};
use crate::ids::{BankId, Idx, TimestampMs};
use crate::tx::{CourtOrder, OrderTarget, PersonSought};
use idx_crypto::{SecretKey, Signer};

/// The signing key of a test judge.
pub fn judge_key(judge: JudgeId) -> SecretKey {
    key(220 + small(judge))
}

fn small(judge: JudgeId) -> u8 {
    u8::try_from(judge.0).expect("tests have few judges")
}

/// A judge; the HPKE key is that of seed 220 plus the number.
pub fn judge(id: JudgeId) -> Judge {
    Judge {
        id,
        name: format!("Judge {id}"),
        signing_key: judge_key(id).public_key(),
        hpke_key: hpke_secret(220 + small(id)).public(),
    }
}

/// An order that freezes; its answer key is the judge's HPKE key.
pub fn court_order(id: JudgeId, target: OrderTarget, expires_at: TimestampMs) -> CourtOrder {
    CourtOrder {
        judge: id,
        case_number: "CRL.M.C. 17/2026".to_owned(),
        reason: "Section 94 BNSS: tracing of proceeds".to_owned(),
        target,
        freeze: true,
        expires_at,
        answer_key: judge(id).hpke_key,
    }
}

/// A person whom these test banks are asked about.
pub fn person(idx: Idx, banks: &[u16]) -> OrderTarget {
    let key_of = |bank: &u16| (BankId(*bank), hpke_secret(seed_of(BankId(*bank))).public());
    OrderTarget::Person(PersonSought::new(idx, &banks.iter().map(key_of).collect(), &[5; 32], &[6; 32]))
}
