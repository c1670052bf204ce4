//! Every method of the interface, typed.

use crate::client::IdxClient;
use crate::encoding::{BlockTag, Bytes, Hex};
use crate::error::ClientError;
use crate::views::{
    AccountProofView, AccountView, ApprovalsView, AuditTrailView, BankView, BlockView, ChainKeysView,
    CommitCertificateView, ConsensusView, Cursor, EscrowView, EvidenceRecordView, FeeQuoteView,
    ForeignBankView, ForexRatesView, HeaderView, JudgeView, MempoolView, NodeInfoView, OrderFileView,
    OrderPageView, OrderStatusView, OrderView, OwnerView, Page, ParametersView, PeerView, PrivateHeaderView,
    ProposalView, ReaderView, ReceiptView, SendResultView, SimulationView, SyncingView, TotalsView,
    TransactionProofView, TransactionView, ValidatorSetView,
};
use idx_crypto::Hash32;
use idx_types::{
    AccountReading, ChainId, Height, ObservedHeight, OrderId, Paise, PublicHash, Reason, SessionId,
    Transaction, TxId,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

type Answer<T> = Result<T, ClientError>;

/// Whose account is asked for, and the proof that he asks himself.
fn owner(reading: &AccountReading) -> Value {
    json!({"handle": Hex(reading.account), "owner": OwnerView::from(reading)})
}

/// Longest single wait asked of a node; a longer one is made of several. Shorter than any sensible
/// [`crate::ClientSettings::request_timeout`].
const WAIT_SLICE: Duration = Duration::from_secs(10);

/// Declares methods that need no more than their parameters by name.
macro_rules! plain {
    ($(
        $(#[$doc:meta])*
        $name:ident($($arg:ident: $kind:ty = $key:literal),*) -> $result:ty = $method:literal;
    )*) => {
        impl IdxClient {
            $($(#[$doc])*
            ///
            /// # Errors
            /// [`ClientError`].
            pub async fn $name(&self $(, $arg: $kind)*) -> Answer<$result> {
                self.call($method, json!({ $($key: $arg),* })).await
            })*
        }
    };
}

plain! {
    /// The OpenRPC document of the node's interface.
    discover() -> Value = "rpc.discover";
    /// Who the node is.
    node_info() -> NodeInfoView = "idx_nodeInfo";
    /// Whether the node is catching up.
    syncing() -> SyncingView = "idx_syncing";
    /// The newest final height.
    block_number() -> Height = "idx_blockNumber";
    /// A final block by height; `full` adds its transactions.
    block(block: BlockTag = "block", full: bool = "full") -> Option<BlockView> = "idx_getBlockByNumber";
    /// The mined header of a final height.
    header(block: BlockTag = "block") -> Option<HeaderView> = "idx_getHeader";
    /// What the banks agreed on.
    private_header(block: BlockTag = "block") -> Option<PrivateHeaderView> = "idx_getPrivateHeader";
    /// Who said what about each transaction of a final height.
    approvals(block: BlockTag = "block") -> Option<ApprovalsView> = "idx_getApprovals";
    /// The precommits that made a height final.
    commit_certificate(block: BlockTag = "block") -> Option<CommitCertificateView> = "idx_getCommitCertificate";
    /// Final transactions that name a session.
    session_transactions(session: SessionId = "session", after: Option<Cursor> = "after") -> Page<Hex<TxId>>
        = "idx_getSessionTransactions";
    /// Every bank and its own money.
    banks() -> Vec<BankView> = "idx_getBanks";
    /// The banks that rule a height.
    validator_set(block: BlockTag = "block") -> Option<ValidatorSetView> = "idx_getValidatorSet";
    /// Who can open identities together, and the keys under which identities are sealed.
    escrow() -> EscrowView = "idx_getEscrow";
    chain_keys() -> ChainKeysView = "idx_getChainKeys";
    /// What foreign money costs.
    forex_rates() -> ForexRatesView = "idx_getForexRates";
    /// The foreign banks, and what they hold.
    foreign_banks() -> Vec<ForeignBankView> = "idx_getForeignBanks";
    /// All judges, retired ones among them.
    judges() -> Vec<JudgeView> = "idx_getJudges";
    /// Orders that the ledger keeps, oldest first; with a status only those that stand so.
    court_orders(status: Option<OrderStatusView> = "status", after: Option<Hex<OrderId>> = "after")
        -> OrderPageView = "idx_getCourtOrders";
    /// The steps of all orders that are kept, in order of height.
    audit_trail(after: Option<Cursor> = "after") -> AuditTrailView = "idx_getAuditTrail";
    /// The parameters in force.
    parameters() -> ParametersView = "idx_getParameters";
    /// All money, by currency.
    totals() -> TotalsView = "idx_getTotals";
    /// What waits to be ordered.
    mempool() -> MempoolView = "idx_getMempool";
    /// What a transfer of this amount costs.
    fee_quote(amount: Paise = "amount") -> FeeQuoteView = "idx_feeQuote";
    /// Changes before the banks, newest first.
    proposals() -> Vec<ProposalView> = "idx_getProposals";
    /// Contradictions on record, newest first.
    evidence() -> Vec<EvidenceRecordView> = "idx_getEvidence";
    /// Where the agreement stands, and what it waits for.
    consensus() -> ConsensusView = "idx_getConsensus";
    /// The other nodes.
    peers() -> Vec<PeerView> = "idx_getPeers";
}

impl IdxClient {
    /// The network that the node belongs to.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn chain_id(&self) -> Answer<ChainId> {
        let id: Hex<Hash32> = self.call("idx_chainId", json!({})).await?;
        Ok(ChainId(id.0))
    }

    /// A final block by its public hash; `full` adds its transactions.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn block_by_hash(&self, hash: PublicHash, full: bool) -> Answer<Option<BlockView>> {
        self.call("idx_getBlockByHash", json!({"hash": Hex(hash), "full": full})).await
    }

    /// A transaction, final or waiting.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn transaction(&self, id: TxId) -> Answer<Option<TransactionView>> {
        self.call("idx_getTransaction", json!({"id": Hex(id)})).await
    }

    /// What became of a transaction.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn receipt(&self, id: TxId) -> Answer<Option<ReceiptView>> {
        self.call("idx_getTransactionReceipt", json!({"id": Hex(id)})).await
    }

    /// What proves the receipt of a final transaction; check it with [`crate::verify::transaction`].
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn transaction_proof(&self, id: TxId) -> Answer<Option<TransactionProofView>> {
        self.call("idx_getTransactionProof", json!({"id": Hex(id)})).await
    }

    /// Final heights from `from` on, at most `count`, for who follows the chain by itself
    /// (`idx_light::Follower`); fewer if they are large, none if there is no such height yet.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn observed_heights(&self, from: Height, count: u32) -> Answer<Vec<ObservedHeight>> {
        let params = json!({"from": from, "count": count});
        let heights: Vec<Bytes> = self.call("idx_getObservedHeights", params).await?;
        let read = |bytes: &Bytes| borsh::from_slice(&bytes.0);
        let read: Result<_, _> = heights.iter().map(read).collect();
        read.map_err(|error| ClientError::Decode(format!("an observed height: {error}")))
    }

    /// An account after the newest final height, for its owner.
    ///
    /// # Errors
    /// [`ClientError`], also where the reading is not the owner's of now.
    pub async fn account(&self, reading: &AccountReading) -> Answer<AccountView> {
        self.call("idx_getAccount", owner(reading)).await
    }

    /// The same with its proof; check it with [`crate::verify::account`].
    ///
    /// # Errors
    /// [`ClientError`], also where the reading is not the owner's of now.
    pub async fn account_proof(&self, reading: &AccountReading) -> Answer<AccountProofView> {
        self.call("idx_getAccountProof", owner(reading)).await
    }

    /// An order with its story.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn court_order(&self, id: OrderId) -> Answer<Option<OrderView>> {
        self.call("idx_getCourtOrder", json!({"id": Hex(id)})).await
    }

    /// What the bank shows of the private chain for an active order, sealed to the reader.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::reason`] says why an order shows nothing.
    pub async fn order_file(&self, order: OrderId, reader: ReaderView) -> Answer<OrderFileView> {
        self.call("idx_getOrderEnvelopes", json!({"order": Hex(order), "reader": reader})).await
    }

    /// Hands in a transaction. Safe to repeat: if an earlier try arrived though its answer was lost,
    /// and the transaction has settled meanwhile, the node calls the next try a replay, which here is
    /// success.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::reason`] is the ledger's reason if it was refused.
    pub async fn send_raw_transaction(&self, tx: &Transaction) -> Answer<TxId> {
        let sent = self.call_counted("idx_sendRawTransaction", json!({"raw": Bytes::of(tx)})).await;
        match sent {
            Ok(Hex(id)) => Ok(id),
            Err((error, attempt)) if attempt > 0 && error.reason() == Some(Reason::Replayed) => Ok(tx.id()),
            Err((error, _)) => Err(error),
        }
    }

    /// Hands in several transactions, at most 256; one answer for each, in order.
    ///
    /// # Errors
    /// [`ClientError`] if none was looked at.
    pub async fn send_raw_transactions(&self, txs: &[Transaction]) -> Answer<Vec<SendResultView>> {
        let raws: Vec<Bytes> = txs.iter().map(Bytes::of).collect();
        self.call("idx_sendRawTransactions", json!({"raws": raws})).await
    }

    /// What would become of a transaction alone in the next block, if every bank approved.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn simulate(&self, tx: &Transaction) -> Answer<SimulationView> {
        self.call("idx_simulate", json!({"raw": Bytes::of(tx)})).await
    }

    /// Waits until a transaction is final, at most `timeout`. `None`: the node does not know it;
    /// a pending receipt: the time was over.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn wait_for_transaction(&self, id: TxId, timeout: Duration) -> Answer<Option<ReceiptView>> {
        let end = Instant::now() + timeout;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let slice = u64::try_from(left.min(WAIT_SLICE).as_millis()).unwrap_or(u64::MAX);
            let params = json!({"id": Hex(id), "timeoutMs": slice});
            let receipt: Option<ReceiptView> = self.call("idx_waitForTransaction", params).await?;
            if left <= WAIT_SLICE || receipt.as_ref().is_some_and(ReceiptView::is_final) {
                return Ok(receipt);
            }
        }
    }
}
