//! Which sessions, accounts and banks a transaction is listed under.

use super::columns::Column;
use super::db::Db;
use super::index::Subject;
use crate::error::StoreError;
use idx_types::tx::{CloseTravel, Closing, OrderIdentity};
use idx_types::{AccountHandle, BankId, Concealed, Session, SessionId, Transaction, TxKind};
use std::collections::HashMap;

/// Sessions remembered with their accounts; about 100 bytes each. Never iterated.
const CACHED_SESSIONS_MAX: usize = 32 * 1024;

/// From sessions to accounts, read from disk when not seen lately.
#[derive(Default)]
pub(super) struct SessionAccounts(HashMap<SessionId, AccountHandle>);

impl SessionAccounts {
    /// Notes a session that is being opened.
    pub fn note(&mut self, session: &Session) {
        self.insert(session.id, session.account);
    }

    fn insert(&mut self, id: SessionId, account: AccountHandle) {
        if self.0.len() >= CACHED_SESSIONS_MAX {
            self.0.clear();
        }
        self.0.insert(id, account);
    }

    /// The account of a session; `None` if there is no such session.
    fn account(&mut self, db: &Db, id: SessionId) -> Result<Option<AccountHandle>, StoreError> {
        if let Some(account) = self.0.get(&id) {
            return Ok(Some(*account));
        }
        let Some(bytes) = db.get(Column::SessionAccounts, &id.0)? else { return Ok(None) };
        let account = bytes.as_ref().try_into().map(AccountHandle);
        let account = account.map_err(|_| StoreError::garbled("the account of a session", "wrong length"))?;
        self.insert(id, account);
        Ok(Some(account))
    }

    /// The sessions, accounts and banks of a transaction, each once. A session that the ledger does
    /// not know (the transaction failed for that) is listed by itself only.
    pub fn subjects(&mut self, db: &Db, tx: &Transaction) -> Result<Vec<Subject>, StoreError> {
        let kind = &tx.body.kind;
        let mut subjects: Vec<Subject> = kind.involved_banks().iter().map(Subject::Bank).collect();
        subjects.extend(speaker(kind).map(Subject::Bank));
        for session in sessions(kind).into_iter().flatten() {
            subjects.push(Subject::Session(session));
            subjects.extend(self.account(db, session)?.map(Subject::Account));
        }
        subjects.extend(account(kind).map(Subject::Account));
        subjects.sort_unstable();
        subjects.dedup();
        Ok(subjects)
    }
}

/// The bank that speaks in a transaction which involves none.
fn speaker(kind: &TxKind) -> Option<BankId> {
    match kind {
        TxKind::Propose(tx) => Some(tx.bank),
        TxKind::Ballot(tx) => Some(tx.bank),
        TxKind::Evidence(tx) => Some(tx.bank),
        _ => None,
    }
}

fn sessions(kind: &TxKind) -> [Option<SessionId>; 2] {
    match kind {
        TxKind::Transfer(tx) => [Some(tx.from), tx.accepted.map(|accepted| accepted.to)],
        TxKind::OpenSession(tx) => [Some(tx.session), None],
        TxKind::OpenTravel(tx) => [Some(tx.session), None],
        TxKind::CloseTravel(CloseTravel { closing: Closing::Session(session), .. }) => [Some(*session), None],
        TxKind::CourtOrder(tx) => [tx.target.session(), None],
        TxKind::OrderShare(tx) => [session_of(&tx.identity), None],
        TxKind::ConfirmOpening(tx) => [session_of(&tx.identity), None],
        _ => [None, None],
    }
}

const fn session_of(identity: &OrderIdentity) -> Option<SessionId> {
    match identity {
        OrderIdentity::Session(session) => Some(*session),
        OrderIdentity::Account(_) => None,
    }
}

const fn account_of(identity: &OrderIdentity) -> Option<&Concealed<AccountHandle>> {
    match identity {
        OrderIdentity::Session(_) => None,
        OrderIdentity::Account(handle) => Some(handle),
    }
}

/// The account a transaction names; an observer's copy names none.
fn account(kind: &TxKind) -> Option<AccountHandle> {
    let handle = match kind {
        TxKind::OpenAccount(tx) => &tx.handle,
        TxKind::CloseAccount(tx) | TxKind::Unfreeze(tx) => &tx.handle,
        TxKind::OpenSession(tx) => &tx.handle,
        TxKind::Deposit(tx) | TxKind::Withdraw(tx) => &tx.handle,
        TxKind::Freeze(tx) => &tx.handle,
        TxKind::OrderShare(tx) => account_of(&tx.identity)?,
        TxKind::ConfirmOpening(tx) => account_of(&tx.identity)?,
        TxKind::OpenTravel(tx) => &tx.handle,
        TxKind::CloseTravel(CloseTravel { closing: Closing::Expired(handle), .. }) => handle,
        TxKind::CloseTravel(_) | TxKind::ForexRate(_) => return None,
        TxKind::Transfer(_) | TxKind::Propose(_) | TxKind::Ballot(_) | TxKind::Evidence(_) => return None,
        TxKind::CourtOrder(_) | TxKind::ReleaseOrder(_) | TxKind::AnswerOrder(_) => return None,
        TxKind::RefuseOrder(_) | TxKind::AnnounceKeys(_) | TxKind::RotateChainKey(_) => return None,
    };
    handle.shown().ok().copied()
}
