//! Kinds of transactions for tests, simulations and benchmarks: whole, with blinds that are no secret.

use super::concealed;
use crate::ids::{AccountHandle, BankId, ReceiverTag, SessionId, TimestampMs};
use crate::money::{Currency, Paise};
use crate::tx::{Acceptance, AccountRef, Cash, OpenAccount, OpenSession, Transfer, TxKind};
use idx_crypto::PublicKey;

/// Opens a rupee account.
pub fn open_account(bank: BankId, handle: AccountHandle) -> TxKind {
    TxKind::OpenAccount(OpenAccount { bank, handle: concealed(handle), currency: Currency::Inr })
}

/// Opens a session.
pub fn open_session(
    bank: BankId,
    session: SessionId,
    handle: AccountHandle,
    key: PublicKey,
    expires_at: TimestampMs,
) -> TxKind {
    TxKind::OpenSession(OpenSession { bank, session, handle: concealed(handle), key, expires_at })
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
        accepted: Some(Acceptance { to: to.0, to_bank: to.1 }),
    }
}
