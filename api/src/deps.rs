//! What a node must be able to do for its interfaces: five traits, implemented outside this crate.
//!
//! Reads are synchronous, because stores are; this crate calls them on blocking threads. Nothing in
//! here may block on the agreement.

use crate::teller::Teller;
mod orders;

pub use orders::OrderQueries;

use async_trait::async_trait;
use idx_client::views::{
    BankNames, BankView, ChainKeysView, ConsensusView, Cursor, EscrowView, EvidenceRecordView, FeeQuoteView,
    ForeignBankView, ForexRatesView, MempoolView, NodeInfoView, Page, ParametersView, PeerView, ProposalView,
    SyncingView, TotalsView,
};
use idx_types::state_proof::AccountProof;
use idx_types::wire::CertifiedHeight;
use idx_types::{
    Account, AccountHandle, BankId, ChainId, Height, ObservedHeight, Outcome, Paise, PrivateHash, PublicHash,
    Reason, Session, SessionId, SignedHeader, SignedVote, TimestampMs, Transaction, TxId, ValidatorSet,
    Verdict, Verdicts,
};
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// Why a read gave no answer. "There is no such thing" is not an error but `None`.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The node does not keep this any more, or never did.
    #[error("this node does not keep it: {0}")]
    NotKept(String),
    /// The rules say no; for reads that compute something, such as a fee.
    #[error("{0}")]
    Refused(Reason),
    /// The machine failed. The text goes to the log, never to the client.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// The result of a read.
pub type Answer<T> = Result<T, QueryError>;

/// A transaction that the node knows.
#[derive(Clone, Debug)]
pub struct Found {
    /// The transaction.
    pub tx: Arc<Transaction>,
    /// Where it stands.
    pub standing: Standing,
}

/// Where a transaction stands.
#[derive(Clone, Debug)]
pub enum Standing {
    /// In the pool, or in a block that is not final.
    Waiting,
    /// Final. Never changes again.
    Settled(Settled),
}

/// How a transaction became final.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Its place.
    pub place: Place,
    /// What became of it; never [`Outcome::Deferred`].
    pub outcome: Outcome,
    /// What each bank of the certificate said, by bank number.
    pub verdicts: Vec<(BankId, Verdict)>,
    /// The mined block.
    pub block: PublicHash,
    /// The private block.
    pub private: PrivateHash,
    /// Timestamp of the mined block.
    pub time: TimestampMs,
}

/// A place on the chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// The height.
    pub height: Height,
    /// The index in its block, from 0.
    pub index: u32,
}

/// Reads of what is final. Called on blocking threads, many at a time.
pub trait ChainQueries: Send + Sync + 'static {
    /// The network.
    fn chain_id(&self) -> ChainId;

    /// The newest final height; must never go back (fault 48), and every read below must already see
    /// that height when this tells it.
    fn final_height(&self) -> Height;

    /// Short names of all banks there ever were.
    fn names(&self) -> Arc<dyn BankNames + Send + Sync>;

    /// A final height; `None` for genesis and for what is not final yet. Subscriptions read each new
    /// height through this, so the last few should come from memory.
    ///
    /// # Errors
    /// [`QueryError`]; [`QueryError::NotKept`] if its block was pruned.
    fn certified(&self, height: Height) -> Answer<Option<Arc<CertifiedHeight>>>;

    /// Final heights in public form with what a follower needs: from `from` on, at most `count`, as many
    /// as have `bytes_max` bytes, but at least one if there is one.
    ///
    /// # Errors
    /// [`QueryError`]; [`QueryError::NotKept`] if their blocks were pruned.
    fn observed(&self, from: Height, count: u32, bytes_max: usize) -> Answer<Vec<ObservedHeight>>;

    /// The final height with this public block.
    ///
    /// # Errors
    /// [`QueryError`].
    fn height_of_public(&self, hash: PublicHash) -> Answer<Option<Height>>;

    /// The final height with this private block.
    ///
    /// # Errors
    /// [`QueryError`].
    fn height_of_private(&self, hash: PrivateHash) -> Answer<Option<Height>>;

    /// A transaction, final or waiting. Clients poll this: a final one should come from memory or one
    /// lookup (fault 64).
    ///
    /// # Errors
    /// [`QueryError`].
    fn transaction(&self, id: TxId) -> Answer<Option<Found>>;

    /// Final transactions that name a session, oldest first, from after the cursor (index `i + 1` for
    /// the transaction of index `i`), at most `limit`.
    ///
    /// # Errors
    /// [`QueryError`].
    fn session_transactions(
        &self,
        session: SessionId,
        after: Option<Cursor>,
        limit: usize,
    ) -> Answer<Page<TxId>>;

    /// An account after the newest final height, and that height.
    ///
    /// # Errors
    /// [`QueryError`].
    fn account(&self, handle: AccountHandle) -> Answer<(Height, Option<Account>)>;

    /// The same account with its way to that height's state root.
    ///
    /// # Errors
    /// [`QueryError`].
    fn account_proof(&self, handle: AccountHandle) -> Answer<Option<(Height, AccountProof)>>;

    /// A session after the newest final height, and the time of that height's block.
    ///
    /// # Errors
    /// [`QueryError`].
    fn session(&self, id: SessionId) -> Answer<(TimestampMs, Option<Session>)>;

    /// Every bank there ever was, by number.
    ///
    /// # Errors
    /// [`QueryError`].
    fn banks(&self) -> Answer<Vec<BankView>>;

    /// The banks that rule a height, at most the one after the newest final one, and the margin of
    /// their quorum; `None` for a height further ahead.
    ///
    /// # Errors
    /// [`QueryError`]; [`QueryError::NotKept`] for a past set that is not kept.
    fn validators(&self, height: Height) -> Answer<Option<(Arc<ValidatorSet>, u16)>>;

    /// The parameters in force for the next height.
    ///
    /// # Errors
    /// [`QueryError`].
    fn parameters(&self) -> Answer<ParametersView>;

    /// Regulators and company after the newest final height, with the company's days from the day of
    /// that height on.
    ///
    /// # Errors
    /// [`QueryError`].
    fn escrow(&self) -> Answer<EscrowView>;

    /// Epochs of the private chain's key after the newest final height.
    ///
    /// # Errors
    /// [`QueryError`].
    fn chain_keys(&self) -> Answer<ChainKeysView>;

    /// What foreign money costs after the newest final height.
    ///
    /// # Errors
    /// [`QueryError`].
    fn forex_rates(&self) -> Answer<ForexRatesView>;

    /// The foreign banks, with what they hold after the newest final height.
    ///
    /// # Errors
    /// [`QueryError`].
    fn foreign_banks(&self) -> Answer<Vec<ForeignBankView>>;

    /// All money: issued by genesis, and counted now from every balance.
    ///
    /// # Errors
    /// [`QueryError`].
    fn totals(&self) -> Answer<TotalsView>;

    /// What a transfer of this amount costs at the next height.
    ///
    /// # Errors
    /// [`QueryError::Refused`] for an amount that is out of range.
    fn fee_quote(&self, amount: Paise) -> Answer<FeeQuoteView>;

    /// Proposals, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`QueryError`].
    fn proposals(&self, limit: usize) -> Answer<Vec<ProposalView>>;

    /// Contradictions on record, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`QueryError`].
    fn evidence(&self, limit: usize) -> Answer<Vec<EvidenceRecordView>>;
}

/// Why a transaction was not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason} {detail}")]
pub struct Refusal {
    /// The rule.
    pub reason: Reason,
    /// What exactly is wrong, where there is more to say; may be empty.
    pub detail: String,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, detail: String::new() }
    }
}

/// Taking in transactions.
#[async_trait]
pub trait Submit: Send + Sync + 'static {
    /// Checks transactions at the door and hands the good ones to the pool and to the other banks. One
    /// answer for each, in order. A transaction that is in the pool already is answered with its id,
    /// not with `PoolDuplicate`, so that a client may send again after a broken connection; one that
    /// has settled is refused as `Replayed`.
    ///
    /// At most [`SEND_BATCH_MAX`] are given. Signatures must be checked off the runtime's threads.
    async fn submit(&self, transactions: Vec<Transaction>) -> Vec<Result<TxId, Refusal>>;

    /// Whether a transaction could be carried out by itself in the next block, as far as the ledger says, and
    /// after which final height that is so. Nothing is handed in.
    ///
    /// # Errors
    /// [`QueryError`]; what the ledger says is no error.
    async fn simulate(&self, transaction: Transaction) -> Answer<(Height, Result<(), Reason>)>;

    /// Waits until the transaction is final, also if it is not known yet. The future may be dropped at
    /// any time, and is, when the client's patience ends.
    async fn settled(&self, id: TxId) -> Answer<Found>;
}

/// Most transactions of one `idx_sendRawTransactions`.
pub const SEND_BATCH_MAX: usize = 256;

/// Why a node should not be sent work now, in words.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotReady(pub String);

/// How the node is doing. Cheap: reads of memory, never of the store, never waiting.
pub trait Live: Send + Sync + 'static {
    /// Who it is.
    fn node_info(&self) -> NodeInfoView;
    /// Whether it is catching up.
    fn syncing(&self) -> SyncingView;
    /// Where the agreement stands.
    fn consensus(&self) -> ConsensusView;
    /// What waits.
    fn mempool(&self) -> MempoolView;
    /// Who is connected.
    fn peers(&self) -> Vec<PeerView>;
    /// Whether it can serve: started, caught up, enough peers.
    ///
    /// # Errors
    /// [`NotReady`] says why not.
    fn ready(&self) -> Result<(), NotReady>;
    /// All metrics in the Prometheus text format.
    fn metrics(&self) -> String;
}

/// Something seen live, before it is final.
#[derive(Clone, Debug)]
pub enum LiveEvent {
    /// A mined header that passed its first checks, and how many transactions it orders.
    Mined(Arc<SignedHeader>, usize),
    /// A checked vote.
    Vote(Arc<SignedVote>),
    /// Checked verdicts.
    Verdicts(Arc<Verdicts>),
}

/// What happens, for subscriptions. Senders never wait for a receiver: both channels overwrite.
pub trait Events: Send + Sync + 'static {
    /// The newest final height. Changes only after the height is durable and readable.
    fn final_heights(&self) -> watch::Receiver<Height>;
    /// Live events from now on. The channel's capacity is the slack of a slow reader; 1,024 is a good
    /// one.
    fn live(&self) -> broadcast::Receiver<LiveEvent>;
}

/// Everything the router needs of a node.
#[derive(Clone)]
pub struct ApiDeps {
    /// Reads of final facts.
    pub queries: Arc<dyn ChainQueries>,
    /// Reads of lawful opening.
    pub orders: Arc<dyn OrderQueries>,
    /// Taking in transactions.
    pub submit: Arc<dyn Submit>,
    /// How the node is doing.
    pub live: Arc<dyn Live>,
    /// What happens.
    pub events: Arc<dyn Events>,
    /// The bank's desk, if the node is a bank's.
    pub teller: Option<Arc<dyn Teller>>,
}
