//! What interfaces hold of the desk: asks go to its thread, reads to the vault and the store.

use super::asking::Asking;
use super::inbox::DeskSender;
use super::vault::Vault;
use async_trait::async_trait;
use idx_api::{AccountStanding, Answer, Bell, Bells, QueryError, SessionStanding, Teller};
use idx_bank::desk::{Answer as Answered, Ask, Refusal};
use idx_bank::pseudonym::{Identity, Pepper};
use idx_bank::risk::Watchlist;
use idx_bank::vault::{
    BankAccount, Contact, Customer, Flag, FlagId, HistoryLine, Incoming, Instruction, Mark, NewsPage,
    Outgoing, PersonFile, export,
};
use idx_bank::{AccountNumber, FullName, Memo, Pan, RbiNumber};
use idx_crypto::{KdfCost, Signer};
use idx_storage::Store;
use idx_types::{BankCode, BankId, Idx, NetworkDay, SessionId, TimestampMs, TxId};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// IDX that are derived at a time: each takes a core and, at the cost of a real network, 64 MiB.
const DERIVING_MAX: usize = 2;

/// Passwords that are hashed at a time.
const HASHING_MAX: usize = 2;

/// Passwords that are hashed or wait for it; beyond it clients are told to try again.
const HASHES_WAITING_MAX: usize = 64;

/// Days of sessions that an export holds.
const EXPORT_DAYS: u32 = 400;

/// Tries for a number that no account has.
const NUMBER_TRIES: usize = 16;

/// The way to the desk. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    pub(super) desk: DeskSender,
    pub(super) vault: Vault,
    pub(super) bells: Arc<Bells>,
    pub(super) store: Arc<Store>,
    pub(super) pepper: Pepper,
    pub(super) pseudonym_cost: KdfCost,
    pub(super) bank: BankCode,
    pub(super) watched: Arc<(Watchlist, u32)>,
    pub(super) bank_id: BankId,
    pub(super) signer: Arc<dyn Signer + Send + Sync>,
    pub(super) asking: Arc<Asking>,
    pub(super) deriving: Arc<Semaphore>,
    pub(super) hashing: Arc<Semaphore>,
    pub(super) hash_queue: Arc<Semaphore>,
    pub(super) password_cost: KdfCost,
}

impl Door {
    pub(super) fn new(
        desk: DeskSender,
        (vault, bells): (Vault, Arc<Bells>),
        store: Arc<Store>,
        (pepper, pseudonym_cost): (Pepper, KdfCost),
        (bank, bank_id, watched): (BankCode, BankId, Arc<(Watchlist, u32)>),
        (signer, asking): (Arc<dyn Signer + Send + Sync>, Asking),
    ) -> Self {
        let deriving = Arc::new(Semaphore::new(DERIVING_MAX));
        Self {
            desk,
            vault,
            bells,
            store,
            pepper,
            pseudonym_cost,
            bank,
            watched,
            bank_id,
            signer,
            asking: Arc::new(asking),
            deriving,
            hashing: Arc::new(Semaphore::new(HASHING_MAX)),
            hash_queue: Arc::new(Semaphore::new(HASHES_WAITING_MAX)),
            // A network whose pseudonyms are cheap is a test network.
            password_cost: pseudonym_cost,
        }
    }
}

pub(super) fn failed(error: impl ToString) -> QueryError {
    QueryError::Failed(error.to_string())
}

#[async_trait]
impl Teller for Door {
    async fn ask(&self, ask: Ask) -> Result<Answered, Refusal> {
        self.desk.ask(ask).await
    }

    async fn identify(&self, pan: Pan, rbi: RbiNumber) -> Result<Identity, Refusal> {
        let _turn = self.deriving.acquire().await.map_err(|_| Refusal::BankBusy)?;
        let (pepper, cost) = (self.pepper.clone(), self.pseudonym_cost);
        let derived = tokio::task::spawn_blocking(move || Identity::derive(pan, rbi, &pepper, cost));
        derived.await.map_err(|_| Refusal::BankBusy)?.map_err(|error| {
            tracing::error!(%error, "no IDX can be derived");
            Refusal::VaultUnavailable
        })
    }

    fn new_number(&self) -> Answer<AccountNumber> {
        for _ in 0..NUMBER_TRIES {
            let random = u64::from_le_bytes(*crate::keys::random().map_err(failed)?);
            let number: AccountNumber =
                format!("5{:011}", random % 100_000_000_000).parse().map_err(failed)?;
            if self.account_of(&number)?.is_none() {
                return Ok(number);
            }
        }
        Err(failed("no free account number was found"))
    }

    fn customer(&self, idx: &Idx) -> Answer<Option<Customer>> {
        self.vault.shelf().customer(idx).map_err(failed)
    }

    fn accounts(&self, owner: &Idx) -> Answer<Vec<AccountStanding>> {
        let shelf = self.vault.shelf();
        let standing = |account: BankAccount| {
            let ledger = self.store.account(&account.handle).map_err(failed)?;
            let held = shelf.held(&account.handle).map_err(failed)?;
            Ok(AccountStanding { account, ledger, held })
        };
        shelf.accounts_of(owner).map_err(failed)?.into_iter().map(standing).collect()
    }

    fn account_of(&self, number: &AccountNumber) -> Answer<Option<BankAccount>> {
        self.vault.shelf().account_of_number(number).map_err(failed)
    }

    fn session(&self, id: &SessionId) -> Answer<Option<SessionStanding>> {
        let Some(session) = self.vault.shelf().session_of_id(id).map_err(failed)? else { return Ok(None) };
        let ledger = self.store.session(id).map_err(failed)?;
        Ok(Some(SessionStanding { session, ledger }))
    }

    fn contacts(&self, owner: &Idx) -> Answer<Vec<Contact>> {
        self.vault.shelf().contacts_of(owner).map_err(failed)
    }

    fn sent(&self, sender: &Idx) -> Answer<Vec<Outgoing>> {
        self.vault.shelf().sent_by(sender).map_err(failed)
    }

    fn received(&self, receiver: &Idx) -> Answer<Vec<Incoming>> {
        self.vault.shelf().received_by(receiver).map_err(failed)
    }

    fn waiting(&self, receiver: &Idx) -> Answer<Vec<Incoming>> {
        self.vault.shelf().waiting_for(receiver).map_err(failed)
    }

    fn history(&self, owner: &Idx, below: u64, limit: usize) -> Answer<Vec<HistoryLine>> {
        self.vault.shelf().history(owner, below, limit).map_err(failed)
    }

    fn history_at(&self, owner: &Idx, time: TimestampMs) -> Answer<u64> {
        self.vault.shelf().history_at(owner, time).map_err(failed)
    }

    fn history_places(&self, owner: &Idx, from: usize, limit: usize) -> Answer<(Vec<HistoryLine>, usize)> {
        self.vault.shelf().history_places(owner, from, limit).map_err(failed)
    }

    fn instruction(&self, owner: &Idx, mark: &Mark) -> Answer<Option<Instruction>> {
        self.vault.shelf().instruction(owner, mark).map_err(failed)
    }

    fn outgoing(&self, id: &TxId) -> Answer<Option<Outgoing>> {
        self.vault.shelf().outgoing(id).map_err(failed)
    }

    fn memo(&self, sender: &Idx, id: &TxId) -> Answer<Option<Memo>> {
        let kept = self.vault.shelf().memo(sender, id).map_err(failed)?;
        Ok(kept.map(|kept| kept.memo))
    }

    fn incoming(&self, id: &TxId) -> Answer<Option<Incoming>> {
        self.vault.shelf().incoming(id).map_err(failed)
    }

    fn is_listed(&self, name: &FullName) -> bool {
        let (watchlist, permille) = &*self.watched;
        watchlist.nearest(name.expose(), *permille).is_some()
    }

    fn flags(&self, is_cleared: bool, after: Option<FlagId>, limit: usize) -> Answer<Vec<Flag>> {
        let shelf = self.vault.shelf();
        let after = match after {
            Some(id) => shelf.flag(&id).map_err(failed)?,
            None => None,
        };
        shelf.flags(is_cleared, after.as_ref(), limit).map_err(failed)
    }

    fn flag(&self, id: &FlagId) -> Answer<Option<Flag>> {
        self.vault.shelf().flag(id).map_err(failed)
    }

    fn person(&self, idx: &Idx) -> Answer<Option<PersonFile>> {
        let today = NetworkDay::of(crate::engine::clock());
        let since = NetworkDay(today.0.saturating_sub(EXPORT_DAYS));
        export(&self.vault.shelf(), idx, since, today).map_err(failed)
    }
    fn news(&self, customer: &Idx, after: u64, limit: usize) -> Answer<NewsPage> {
        let page = self.vault.shelf().news(customer, after, limit).map_err(failed)?;
        // What a customer is told stays so, whatever happens to this machine.
        self.vault.durable.wait().then_some(page).ok_or_else(|| failed("the vault is not synced"))
    }

    fn bell(&self, customer: &Idx) -> Bell {
        self.bells.listen(*customer)
    }
}
