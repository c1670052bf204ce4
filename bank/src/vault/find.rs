//! The questions that the vault answers: each by the name a caller has in hand.

use super::draft::{PAGE, Shelf};
use super::rows::{
    BankAccount, Consented, Contact, Customer, Deadline, Flag, FlagId, Holder, Incoming, Journey, Login,
    LoginId, OpenedSession, Outgoing, Pace, Repeat, SecondFactor, SentMemo, TravelEnd,
};
use super::store::Table;
use super::{VaultError, record::Record, sealing};
use crate::{AccountNumber, Nickname, Pan};
use idx_crypto::{Hash32, PublicKey};
use idx_types::{AccountHandle, BankId, Idx, NetworkDay, SessionId, TimestampMs, TxId};

/// Rows that are read at a time by questions about what is due.
const DUE_PAGE: usize = 16;

impl Shelf<'_> {
    /// A customer.
    ///
    /// # Errors
    /// This and all questions below: [`VaultError`] if a record is damaged or the machine fails.
    pub fn customer(&self, idx: &Idx) -> Result<Option<Customer>, VaultError> {
        self.get(&Customer::key_of(self.keys, idx))
    }

    /// The customer with a PAN.
    pub fn customer_of_pan(&self, pan: &Pan) -> Result<Option<Customer>, VaultError> {
        self.named("pan", pan.expose().as_bytes())
    }

    /// The IDX of every customer in the store, in no meaningful order; 32 bytes a customer.
    pub fn every_customer(&self) -> Result<Vec<Idx>, VaultError> {
        let mut everybody = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.store.scan(Table::Customers, b"", after.as_deref(), PAGE)?;
            for (key, row) in &page {
                everybody.push(sealing::open::<Customer>(self.keys, Table::Customers, key, row)?.idx);
            }
            if page.len() < PAGE {
                return Ok(everybody);
            }
            after = page.last().map(|(key, _)| key.clone());
        }
    }

    /// The accounts of a customer at this bank.
    pub fn accounts_of(&self, owner: &Idx) -> Result<Vec<BankAccount>, VaultError> {
        self.all(&BankAccount::prefix_of(self.keys, owner))
    }

    /// The account with a name on the ledger, if it is this bank's.
    pub fn account(&self, handle: &AccountHandle) -> Result<Option<BankAccount>, VaultError> {
        self.named("handle", &handle.0)
    }

    /// The account with a number.
    pub fn account_of_number(&self, number: &AccountNumber) -> Result<Option<BankAccount>, VaultError> {
        self.named("number", number.expose().as_bytes())
    }

    /// The session of an account on a day.
    pub fn session(
        &self,
        day: NetworkDay,
        handle: &AccountHandle,
    ) -> Result<Option<OpenedSession>, VaultError> {
        self.get(&OpenedSession::key_of(self.keys, day, handle))
    }

    /// The session with a public name.
    pub fn session_of_id(&self, id: &SessionId) -> Result<Option<OpenedSession>, VaultError> {
        self.named("id", &id.0)
    }

    /// The session that a customer who signs himself opened with a key.
    pub fn session_of_own_key(
        &self,
        owner: &Idx,
        key: &PublicKey,
    ) -> Result<Option<OpenedSession>, VaultError> {
        self.named("own-key", &OpenedSession::own_key_name(owner, key))
    }

    /// A login.
    pub fn login(&self, id: &LoginId) -> Result<Option<Login>, VaultError> {
        self.named("id", &id.0)
    }

    /// The logins of somebody.
    pub fn logins_of(&self, holder: &Holder) -> Result<Vec<Login>, VaultError> {
        self.all(&Login::prefix_of(self.keys, holder))
    }

    /// A customer's second factor, also one that is not active yet.
    pub fn second_factor(&self, owner: &Idx) -> Result<Option<SecondFactor>, VaultError> {
        self.get(&SecondFactor::key_of(self.keys, owner))
    }

    /// The banks that may be told of a customer, also those whose time is over.
    pub fn consents_of(&self, owner: &Idx) -> Result<Vec<Consented>, VaultError> {
        self.all(&Consented::prefix_of(self.keys, owner))
    }

    /// What a customer said of one bank that asks.
    pub fn consent_to(&self, owner: &Idx, asker: BankId) -> Result<Option<Consented>, VaultError> {
        self.get(&Consented::key_of(self.keys, owner, asker))
    }

    /// Whom a customer pays.
    pub fn contacts_of(&self, owner: &Idx) -> Result<Vec<Contact>, VaultError> {
        self.all(&Contact::prefix_of(self.keys, owner))
    }

    /// A contact by its nickname, in upper or lower case.
    pub fn contact(&self, owner: &Idx, nickname: &Nickname) -> Result<Option<Contact>, VaultError> {
        self.get(&Contact::key_of(self.keys, owner, nickname))
    }

    /// A transfer that a customer sent.
    pub fn outgoing(&self, id: &TxId) -> Result<Option<Outgoing>, VaultError> {
        self.named("id", &id.0)
    }

    /// All transfers that a customer sent, as long as they are kept.
    pub fn sent_by(&self, sender: &Idx) -> Result<Vec<Outgoing>, VaultError> {
        self.all(&Outgoing::prefix_of(self.keys, sender))
    }

    /// What a transfer was for, if its sender said so.
    pub fn memo(&self, sender: &Idx, id: &TxId) -> Result<Option<SentMemo>, VaultError> {
        self.get(&SentMemo::key_of(self.keys, sender, id))
    }

    /// All that a customer wrote down with what he sent, as long as the transfers are kept.
    pub fn memos_of(&self, sender: &Idx) -> Result<Vec<SentMemo>, VaultError> {
        self.all(&SentMemo::prefix_of(self.keys, sender))
    }

    /// A transfer for a customer.
    pub fn incoming(&self, id: &TxId) -> Result<Option<Incoming>, VaultError> {
        self.named("id", &id.0)
    }

    /// All transfers for a customer, as long as they are kept.
    pub fn received_by(&self, receiver: &Idx) -> Result<Vec<Incoming>, VaultError> {
        self.all(&Incoming::prefix_of(self.keys, receiver))
    }

    /// The deadlines of all open transfers.
    pub fn open_transfers(&self) -> Result<Vec<Deadline>, VaultError> {
        self.all(b"")
    }

    /// The transfers that wait for a customer's choice.
    pub fn waiting_for(&self, receiver: &Idx) -> Result<Vec<Incoming>, VaultError> {
        self.all(&Incoming::waiting_prefix_of(self.keys, receiver))
    }

    /// How many transfers wait for a customer's choice.
    pub fn waiting_count(&self, receiver: &Idx) -> Result<usize, VaultError> {
        self.count(Table::Incoming, &Incoming::waiting_prefix_of(self.keys, receiver))
    }

    /// What an ask with this key was answered.
    pub fn repeat(&self, key: &Hash32) -> Result<Option<Repeat>, VaultError> {
        self.named("key", &key.0)
    }

    /// Answers that need not be kept after a time, at most `limit` of them, the earliest first.
    pub fn old_repeats(&self, now: TimestampMs, limit: usize) -> Result<Vec<Repeat>, VaultError> {
        self.until(now, limit)
    }

    /// What a customer sent and received of late.
    pub fn pace(&self, owner: &Idx) -> Result<Option<Pace>, VaultError> {
        self.get(&Pace::key_of(self.keys, owner))
    }

    /// A flag.
    pub fn flag(&self, id: &FlagId) -> Result<Option<Flag>, VaultError> {
        self.named("id", &id.0)
    }

    /// Flags that are open, or were looked at, oldest first, after one of them, at most `limit`.
    pub fn flags(
        &self,
        is_cleared: bool,
        after: Option<&Flag>,
        limit: usize,
    ) -> Result<Vec<Flag>, VaultError> {
        let after = after.map(|flag| flag.key(self.keys));
        let rows = self.store.scan(Table::Flags, &Flag::prefix_of(is_cleared), after.as_deref(), limit)?;
        rows.iter().map(|(key, row)| sealing::open(self.keys, Table::Flags, key, row)).collect()
    }

    /// Open transfers whose validity ends before a time, at most `limit` of them, the earliest first.
    pub fn overdue(&self, now: TimestampMs, limit: usize) -> Result<Vec<Deadline>, VaultError> {
        self.until(now, limit)
    }

    /// The opening or closing of a travel account that is under way.
    pub fn journey(&self, id: &TxId) -> Result<Option<Journey>, VaultError> {
        self.get(&Journey::key_of(self.keys, id))
    }

    /// All openings and closings that are under way; the desk bounds their number.
    pub fn journeys(&self) -> Result<Vec<Journey>, VaultError> {
        self.all(b"")
    }

    /// Travel accounts whose last day is before this one, after one of them, at most `limit`, the earliest
    /// first.
    pub fn travel_ends(
        &self,
        today: NetworkDay,
        after: Option<&TravelEnd>,
        limit: usize,
    ) -> Result<Vec<TravelEnd>, VaultError> {
        let after = after.map(|end| end.key(self.keys));
        let rows = self.store.scan(TravelEnd::TABLE, b"", after.as_deref(), limit)?;
        let is_over =
            |key: &[u8]| key.first_chunk::<4>().is_some_and(|day| u32::from_be_bytes(*day) < today.0);
        let over = rows.iter().take_while(|(key, _)| is_over(key));
        over.map(|(key, row)| sealing::open(self.keys, TravelEnd::TABLE, key, row)).collect()
    }

    /// The first records of a table whose keys begin with a time that is over. Asked at every height, and
    /// mostly in vain, so it reads no more rows than are due, and a few.
    fn until<R: Record>(&self, now: TimestampMs, limit: usize) -> Result<Vec<R>, VaultError> {
        let passed = |key: &[u8]| key.first_chunk::<8>().is_some_and(|ms| u64::from_be_bytes(*ms) < now.0);
        let (mut due, mut after) = (Vec::new(), None::<Vec<u8>>);
        while due.len() < limit {
            let wanted = DUE_PAGE.min(limit - due.len());
            let page = self.store.scan(R::TABLE, b"", after.as_deref(), wanted)?;
            let passed = page.iter().take_while(|(key, _)| passed(key)).count();
            for (key, row) in &page[..passed] {
                due.push(sealing::open(self.keys, R::TABLE, key, row)?);
            }
            if passed < wanted {
                break;
            }
            after = page.last().map(|(key, _)| key.clone());
        }
        Ok(due)
    }
}
