//! A made-up node: three final heights of one deposit each, nothing else, and no failures.

use async_trait::async_trait;
use idx_api::{
    Answer, ChainQueries, Events, Found, Live, LiveEvent, NotReady, Place, QueryError, Refusal, Settled,
    Standing, Submit,
};
use idx_client::encoding::{Hex, Time};
use idx_client::testing::{banks, certified, deposit};
use idx_client::views::{
    BankNames, BankView, ChainKeysView, ConsensusView, Cursor, EscrowView, EvidenceRecordView, FeeQuoteView,
    ForeignBankView, ForexRatesView, MempoolView, NodeInfoView, NodeRole, Page, ParametersView, PeerView,
    ProposalView, StepName, SyncingView, TotalsView,
};
use idx_crypto::Hash32;
use idx_types::state_proof::AccountProof;
use idx_types::testing::{self, chain_id};
use idx_types::wire::CertifiedHeight;
use idx_types::{
    Account, AccountHandle, BankId, ChainId, Height, NetworkKey, ObservedHeight, Outcome, Paise, Params,
    PrivateHash, PublicHash, Reason, Round, Session, SessionId, StateParts, TimestampMs, Transaction, TxId,
    ValidatorSet, Verdict,
};
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// Its newest height.
const TIP: u64 = 3;

pub(super) struct MadeUp {
    heights: Vec<Arc<CertifiedHeight>>,
    tip: watch::Sender<Height>,
    live: broadcast::Sender<LiveEvent>,
}

impl MadeUp {
    pub(super) fn new() -> Self {
        let height = |n| Arc::new(certified(n, vec![deposit(n)], vec![Outcome::Completed]));
        let heights = (1..=TIP).map(height).collect();
        Self { heights, tip: watch::Sender::new(Height(TIP)), live: broadcast::Sender::new(4) }
    }

    fn place(&self, is: impl Fn(&CertifiedHeight) -> bool) -> Option<&Arc<CertifiedHeight>> {
        self.heights.iter().find(|height| is(height))
    }
}

impl ChainQueries for MadeUp {
    fn chain_id(&self) -> ChainId {
        chain_id()
    }
    fn final_height(&self) -> Height {
        Height(TIP)
    }
    fn names(&self) -> Arc<dyn BankNames + Send + Sync> {
        Arc::new(banks())
    }
    fn certified(&self, at: Height) -> Answer<Option<Arc<CertifiedHeight>>> {
        Ok(self.place(|height| height.height() == at).cloned())
    }
    fn observed(&self, from: Height, count: u32, _: usize) -> Answer<Vec<ObservedHeight>> {
        let later = self.heights.iter().filter(|height| height.height() >= from).take(count as usize);
        let observed = |height: &Arc<CertifiedHeight>| {
            ObservedHeight::of(CertifiedHeight::clone(height), StateParts::default(), None)
        };
        Ok(later.map(observed).collect())
    }
    fn height_of_public(&self, hash: PublicHash) -> Answer<Option<Height>> {
        Ok(self.place(|height| height.public.header.hash() == hash).map(|height| height.height()))
    }
    fn height_of_private(&self, hash: PrivateHash) -> Answer<Option<Height>> {
        Ok(self.place(|height| height.commit.value == hash).map(|height| height.height()))
    }
    fn transaction(&self, id: TxId) -> Answer<Option<Found>> {
        let found = self.place(|height| height.public.transactions[0].id() == id);
        Ok(found.map(|height| {
            let settled = Settled {
                place: Place { height: height.height(), index: 0 },
                outcome: height.private.outcomes[0],
                verdicts: vec![(BankId(0), Verdict::Approve)],
                block: height.public.header.hash(),
                private: height.commit.value,
                time: height.public.header.timestamp,
            };
            let tx = Arc::new(height.public.transactions[0].clone());
            Found { tx, standing: Standing::Settled(settled) }
        }))
    }
    fn session_transactions(&self, _: SessionId, after: Option<Cursor>, limit: usize) -> Answer<Page<TxId>> {
        let from = after.map_or(0, |cursor| cursor.height.0);
        let later = self.heights.iter().filter(|height| height.height().0 > from);
        let items: Vec<TxId> = later.take(limit).map(|height| height.public.transactions[0].id()).collect();
        Ok(Page { items, next: None })
    }
    fn account(&self, _: AccountHandle) -> Answer<(Height, Option<Account>)> {
        Ok((Height(TIP), None))
    }
    fn account_proof(&self, _: AccountHandle) -> Answer<Option<(Height, AccountProof)>> {
        Ok(None)
    }
    fn session(&self, _: SessionId) -> Answer<(TimestampMs, Option<Session>)> {
        Ok((TimestampMs(0), None))
    }
    fn banks(&self) -> Answer<Vec<BankView>> {
        Ok(Vec::new())
    }
    fn validators(&self, height: Height) -> Answer<Option<(Arc<ValidatorSet>, u16)>> {
        Ok((height <= Height(TIP + 1)).then(|| (Arc::new(banks()), 0)))
    }
    fn parameters(&self) -> Answer<ParametersView> {
        let (parameters, height) = (Params::default(), Height(TIP + 1));
        Ok(ParametersView { height, parameters, difficulty: 16, approval_quorum: 4, agreement_quorum: 4 })
    }
    fn escrow(&self) -> Answer<EscrowView> {
        Ok(EscrowView::new(&testing::escrow(), Height(TIP), testing::TEST_DAY))
    }
    fn chain_keys(&self) -> Answer<ChainKeysView> {
        Ok(ChainKeysView {
            as_of: Height(TIP),
            in_force: 1,
            due_since: None,
            pepper_commitment: Hex(Hash32([6; 32])),
            epochs: Vec::new(),
            held: vec![1],
        })
    }
    fn forex_rates(&self) -> Answer<ForexRatesView> {
        let time = TimestampMs(1).into();
        Ok(ForexRatesView { as_of: Height(TIP), time, publisher: None, rates: Vec::new() })
    }
    fn foreign_banks(&self) -> Answer<Vec<ForeignBankView>> {
        Ok(Vec::new())
    }
    fn totals(&self) -> Answer<TotalsView> {
        Ok(TotalsView { as_of: Height(TIP), currencies: Vec::new() })
    }
    fn fee_quote(&self, amount: Paise) -> Answer<FeeQuoteView> {
        let refused = || QueryError::Refused(Reason::AmountTooLarge);
        let fee_total = Paise(amount.0 / 100);
        let total_debit = amount.checked_add(fee_total).ok_or_else(refused)?;
        let (fee_miner, fee_banks) = (Paise::ZERO, fee_total);
        Ok(FeeQuoteView { amount, fee_miner, fee_banks, fee_total, total_debit, height: Height(TIP + 1) })
    }
    fn proposals(&self, _: usize) -> Answer<Vec<ProposalView>> {
        Ok(Vec::new())
    }
    fn evidence(&self, _: usize) -> Answer<Vec<EvidenceRecordView>> {
        Err(QueryError::NotKept("evidence".to_owned()))
    }
}

#[async_trait]
impl Submit for MadeUp {
    async fn submit(&self, transactions: Vec<Transaction>) -> Vec<Result<TxId, Refusal>> {
        transactions.iter().map(|tx| Ok(tx.id())).collect()
    }
    async fn simulate(&self, tx: Transaction) -> Answer<(Height, Result<(), Reason>)> {
        let said = if tx.signatures.is_empty() { Err(Reason::WrongSigner) } else { Ok(()) };
        Ok((Height(1), said))
    }
    async fn settled(&self, id: TxId) -> Answer<Found> {
        match self.transaction(id)? {
            Some(found) => Ok(found),
            None => std::future::pending().await,
        }
    }
}

impl Live for MadeUp {
    fn node_info(&self) -> NodeInfoView {
        NodeInfoView {
            version: "0".to_owned(),
            protocol_version: 1,
            chain_id: Hex(chain_id().0),
            role: NodeRole::Bank,
            bank: Some(banks().tag(BankId(0))),
            network_key: Hex(NetworkKey([1; 32])),
            listens_on: Vec::new(),
            started_at: Time(TimestampMs(1)),
            clock: Time(TimestampMs(2)),
        }
    }
    fn syncing(&self) -> SyncingView {
        SyncingView { syncing: false, height: Height(TIP), highest_claimed: Height(TIP) }
    }
    fn consensus(&self) -> ConsensusView {
        let (height, round, step) = (Height(TIP + 1), Round(0), StepName::Precommit);
        let proposer = banks().tag(BankId(1));
        ConsensusView { height, round, step, proposer, quorum: 4, waiting: None, banks: Vec::new() }
    }
    fn mempool(&self) -> MempoolView {
        MempoolView { transactions: 0, bytes: 0, transactions_max: 9, bytes_max: 9, banks: Vec::new() }
    }
    fn peers(&self) -> Vec<PeerView> {
        Vec::new()
    }
    fn ready(&self) -> Result<(), NotReady> {
        Ok(())
    }
    fn metrics(&self) -> String {
        String::new()
    }
}

impl Events for MadeUp {
    fn final_heights(&self) -> watch::Receiver<Height> {
        self.tip.subscribe()
    }
    fn live(&self) -> broadcast::Receiver<LiveEvent> {
        self.live.subscribe()
    }
}
