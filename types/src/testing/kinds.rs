//! Kinds of transactions for tests, simulations and benchmarks: whole, with blinds that are no secret.

use super::{concealed, key};
use crate::bank::MAX_BANKS;
use crate::day::NetworkDay;
use crate::escrow::{Company, Escrow, Regulator};
use crate::ids::{AccountHandle, BankId, ReceiverTag, SessionId, TimestampMs};
use crate::money::{Currency, Paise};
use crate::tx::{Acceptance, AccountRef, Cash, OpenAccount, OpenSession, Transfer, TxKind};
use idx_crypto::{Envelope, Hash32, HpkeSecret, PublicKey, Recipients, Signer};
use std::sync::OnceLock;

/// Opens a rupee account.
pub fn open_account(bank: BankId, handle: AccountHandle) -> TxKind {
    TxKind::OpenAccount(OpenAccount {
        bank,
        handle: concealed(handle),
        currency: Currency::Inr,
        identity: concealed(envelope_of(bank)),
    })
}

/// Opens a session.
pub fn open_session(
    bank: BankId,
    session: SessionId,
    handle: AccountHandle,
    key: PublicKey,
    expires_at: TimestampMs,
) -> TxKind {
    TxKind::OpenSession(OpenSession {
        bank,
        session,
        handle: concealed(handle),
        key,
        expires_at,
        identity: concealed(envelope_of(bank)),
    })
}

/// What a deposit or withdrawal asks.
pub const fn cash(bank: BankId, handle: AccountHandle, amount: Paise) -> Cash {
    Cash { bank, handle: concealed(handle), amount }
}

/// An account of a bank.
pub const fn account_ref(bank: BankId, handle: AccountHandle) -> AccountRef {
    AccountRef { bank, handle: concealed(handle) }
}

/// An accepted transfer from a session to a session.
pub const fn transfer(
    from: (SessionId, BankId),
    to: (SessionId, BankId),
    amount: Paise,
    fee: Paise,
) -> Transfer {
    Transfer {
        from: from.0,
        from_bank: from.1,
        amount,
        fee,
        tag: concealed(ReceiverTag([0x7a; 32])),
        accepted: Some(acceptance(to.0, to.1)),
    }
}

/// A receiver's choice, with a proof that proves nothing.
pub const fn acceptance(to: SessionId, to_bank: BankId) -> Acceptance {
    Acceptance { to, to_bank, proof: Hash32::ZERO }
}

/// A made-up HPKE key pair; that of a test bank has its number plus one as seed.
pub fn hpke_secret(seed: u8) -> HpkeSecret {
    HpkeSecret::from_bytes(&[seed; 32])
}

/// The HPKE public key of a test bank, as [`Bank::hpke_key`](crate::Bank) has it.
pub fn hpke_key_of(bank: BankId) -> Hash32 {
    Hash32(*hpke_secret(seed_of(bank)).public().as_bytes())
}

pub(super) fn seed_of(bank: BankId) -> u8 {
    u8::try_from(bank.0 + 1).expect("tests have few banks")
}

/// The network day on which tests begin; the test escrow has keys from the day before on.
pub const TEST_DAY: NetworkDay = NetworkDay(19_675);

/// One regulator, and a company with one key for all days of tests.
pub fn escrow() -> Escrow {
    let day_keys =
        (TEST_DAY.0 - 1..TEST_DAY.0 + 300).map(NetworkDay).map(|day| (day, hpke_secret(250).public()));
    Escrow {
        regulators: vec![Regulator {
            name: "RBI".to_owned(),
            signing_key: key(251).public_key(),
            hpke_key: hpke_secret(251).public(),
        }],
        company: Company { signing_key: key(250).public_key(), day_keys: day_keys.collect() },
    }
}

/// One sound envelope a bank, for its key and [`escrow`]: sealing takes longer than most that is
/// tested with it.
pub fn envelope_of(bank: BankId) -> Envelope {
    static MADE: [OnceLock<Envelope>; MAX_BANKS] = [const { OnceLock::new() }; MAX_BANKS];
    let seal = || {
        let recipients = Recipients {
            home: hpke_secret(seed_of(bank)).public(),
            company: hpke_secret(250).public(),
            regulators: vec![hpke_secret(251).public()],
        };
        Envelope::seal(b"nobody", &Hash32::ZERO, &recipients, &[4; 32]).expect("the keys are sound")
    };
    MADE[usize::from(bank.0) % MAX_BANKS].get_or_init(seal).clone()
}
