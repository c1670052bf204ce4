//! The made-up node: some final heights of one transaction each, settled or waiting ones on demand.

use crate::{
    Answer, ApiDeps, ChainQueries, Events, Found, Live, LiveEvent, NotReady, Place, QueryError, Refusal,
    Settled, Standing, Submit,
};
use async_trait::async_trait;
use idx_client::encoding::{Hex, Time};
use idx_client::testing::{banks, certified, deposit};
use idx_client::views::*;
use idx_crypto::{Hash32, SecretKey, Signer, proof_of};
use idx_types::state_proof::AccountProof;
use idx_types::testing::chain_id;
use idx_types::wire::CertifiedHeight;
use idx_types::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, broadcast, watch};

/// Capacity of the fake's live channel, small so that tests overflow it.
pub const LIVE_RING: usize = 4;

pub struct FakeNode {
    pub heights: watch::Sender<Height>,
    pub live: broadcast::Sender<LiveEvent>,
    pub waiting: Mutex<BTreeMap<TxId, Arc<Transaction>>>,
    pub settled: Notify,
    pub ready: AtomicBool,
    /// Reads of transactions so far.
    pub reads: AtomicUsize,
    /// How long a read of an account takes.
    pub slow_read_ms: AtomicUsize,
    pub reads_now: AtomicUsize,
    pub reads_most: AtomicUsize,
}

impl FakeNode {
    pub fn new(height: u64) -> Self {
        Self {
            heights: watch::Sender::new(Height(height)),
            live: broadcast::Sender::new(LIVE_RING),
            waiting: Mutex::default(),
            settled: Notify::new(),
            ready: AtomicBool::new(true),
            reads: AtomicUsize::new(0),
            slow_read_ms: AtomicUsize::new(0),
            reads_now: AtomicUsize::new(0),
            reads_most: AtomicUsize::new(0),
        }
    }

    /// Makes heights final up to this one.
    pub fn finalise(&self, height: u64) {
        self.heights.send_replace(Height(height));
        self.settled.notify_waiters();
    }

    fn height_of(&self, id: TxId) -> Option<Height> {
        let newest = self.final_height().0;
        (1..=newest.min(50)).map(Height).find(|height| deposit(height.0).id() == id)
    }
}

pub fn deps(node: &Arc<FakeNode>) -> ApiDeps {
    let (queries, orders, submit) = (node.clone(), node.clone(), node.clone());
    ApiDeps { queries, orders, submit, live: node.clone(), events: node.clone(), teller: None }
}

/// Every third height failed its transaction.
pub fn height(height: Height) -> CertifiedHeight {
    let failed = Outcome::Failed(Reason::AccountFrozen);
    let outcome = if height.0.is_multiple_of(3) { failed } else { Outcome::Completed };
    certified(height.0, vec![deposit(height.0)], vec![outcome])
}

/// A bank's own account.
pub const BANKS_OWN: AccountHandle = AccountHandle([3; 32]);

/// The key of the session of account 1.
pub fn owner() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

fn session(id: SessionId) -> Session {
    Session {
        id,
        home_bank: BankId(2),
        account: AccountHandle([1; 32]),
        key: owner().public_key(),
        opened_at: Height(1),
        expires_at: TimestampMs(2),
    }
}

/// The owner of account 1 asks for this account.
pub fn reading(account: AccountHandle) -> AccountReading {
    AccountReading::new(chain_id(), (account, SessionId([1; 32])), Height(2), &owner())
}

impl ChainQueries for FakeNode {
    fn chain_id(&self) -> ChainId {
        chain_id()
    }
    fn final_height(&self) -> Height {
        *self.heights.borrow()
    }
    fn names(&self) -> Arc<dyn BankNames + Send + Sync> {
        Arc::new(banks())
    }
    fn certified(&self, at: Height) -> Answer<Option<Arc<CertifiedHeight>>> {
        Ok((at.0 > 0 && at <= self.final_height()).then(|| Arc::new(height(at))))
    }
    fn observed(&self, from: Height, count: u32, _: usize) -> Answer<Vec<ObservedHeight>> {
        let heights = (from.0..=self.final_height().0).take(count as usize);
        Ok(heights.map(|n| ObservedHeight::of(height(Height(n)), StateParts::default(), None)).collect())
    }
    fn height_of_public(&self, hash: PublicHash) -> Answer<Option<Height>> {
        Ok((1..=3).map(Height).find(|at| height(*at).public.header.hash() == hash))
    }
    fn height_of_private(&self, hash: PrivateHash) -> Answer<Option<Height>> {
        Ok((1..=3).map(Height).find(|at| height(*at).commit.value == hash))
    }
    fn transaction(&self, id: TxId) -> Answer<Option<Found>> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if let Some(at) = self.height_of(id) {
            let certified = height(at);
            let settled = Settled {
                place: Place { height: at, index: 0 },
                outcome: certified.private.outcomes[0],
                verdicts: vec![(BankId(0), Verdict::Approve), (BankId(5), Verdict::Reject(Reason::Expired))],
                block: certified.public.header.hash(),
                private: certified.commit.value,
                time: certified.public.header.timestamp,
            };
            let tx = Arc::new(deposit(at.0));
            return Ok(Some(Found { tx, standing: Standing::Settled(settled) }));
        }
        let waiting = self.waiting.lock().unwrap().get(&id).cloned();
        Ok(waiting.map(|tx| Found { tx, standing: Standing::Waiting }))
    }
    fn session_transactions(&self, _: SessionId, after: Option<Cursor>, limit: usize) -> Answer<Page<TxId>> {
        let from = after.map_or(0, |cursor| cursor.height.0);
        let items: Vec<TxId> = (from + 1..=3).take(limit).map(|n| deposit(n).id()).collect();
        let last = from + items.len() as u64;
        Ok(Page { items, next: (last < 3).then_some(Cursor { height: Height(last), index: 1 }) })
    }
    fn account_proof(&self, handle: AccountHandle) -> Answer<Option<(Height, AccountProof)>> {
        let (height, account) = self.account(handle)?;
        let path = proof_of(&[Hash32::ZERO], 0).expect("there is a leaf");
        Ok(account.map(|account| (height, AccountProof { account, path, parts: StateParts::default() })))
    }
    fn session(&self, id: SessionId) -> Answer<(TimestampMs, Option<Session>)> {
        Ok((TimestampMs(1), Some(session(id))))
    }
    fn account(&self, handle: AccountHandle) -> Answer<(Height, Option<Account>)> {
        let now = self.reads_now.fetch_add(1, Ordering::SeqCst) + 1;
        self.reads_most.fetch_max(now, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(self.slow_read_ms.load(Ordering::SeqCst) as u64));
        self.reads_now.fetch_sub(1, Ordering::SeqCst);
        let account = Account {
            handle,
            home_bank: BankId(2),
            kind: if handle == BANKS_OWN { AccountKind::BankReserve } else { AccountKind::Customer },
            currency: Currency::Inr,
            balance: Paise(507_500),
            freeze: FreezeState::ByBank(7),
            opened_at: Height(1),
            closed_at: None,
            travels: 0,
            terms: None,
        };
        Ok((self.final_height(), (handle == BANKS_OWN || handle.0 == [1; 32]).then_some(account)))
    }
    fn banks(&self) -> Answer<Vec<BankView>> {
        Ok(banks().banks().iter().map(bank_view).collect())
    }
    fn validators(&self, height: Height) -> Answer<Option<(Arc<ValidatorSet>, u16)>> {
        Ok((height <= self.final_height().next()).then(|| (Arc::new(banks()), 0)))
    }
    fn escrow(&self) -> Answer<EscrowView> {
        Ok(EscrowView::new(&testing::escrow(), self.final_height(), testing::TEST_DAY))
    }
    fn chain_keys(&self) -> Answer<ChainKeysView> {
        let (from, settled_at) = (Height(1), Height(0));
        let (commitment, wrapped_for) = (Hex(Hash32([5; 32])), Vec::new());
        Ok(ChainKeysView {
            as_of: self.final_height(),
            in_force: 1,
            due_since: Some(Height(3)),
            pepper_commitment: Hex(Hash32([6; 32])),
            epochs: vec![ChainEpochView { epoch: 1, from, settled_at, commitment, wrapped_for }],
            held: vec![1],
        })
    }
    fn forex_rates(&self) -> Answer<ForexRatesView> {
        let (buy, sell) = (Rate(8_300_000_000), Rate(8_333_333_333));
        let quote = Quote { buy, sell, valid_from: TimestampMs(1_000), stale_after_ms: 60_000 };
        let (current, announced) = (Some((&quote).into()), Vec::new());
        let dollars = CurrencyRatesView { currency: Currency::Usd, current, stale: false, announced };
        let (as_of, time) = (self.final_height(), TimestampMs(2_000).into());
        Ok(ForexRatesView { as_of, time, publisher: None, rates: vec![dollars] })
    }
    fn foreign_banks(&self) -> Answer<Vec<ForeignBankView>> {
        let held = (Paise(700), Paise(500));
        Ok(vec![ForeignBankView::new(&testing::foreign_bank(0), held, &*self.names())])
    }
    fn totals(&self) -> Answer<TotalsView> {
        let total = CurrencyTotalView { currency: Currency::Inr, issued: Paise(700), counted: Paise(700) };
        Ok(TotalsView { as_of: self.final_height(), currencies: vec![total] })
    }

    fn parameters(&self) -> Answer<ParametersView> {
        let parameters = Params::default();
        let height = self.final_height().next();
        Ok(ParametersView { height, parameters, difficulty: 16, approval_quorum: 4, agreement_quorum: 4 })
    }
    fn fee_quote(&self, amount: Paise) -> Answer<FeeQuoteView> {
        if amount < Paise::ONE_RUPEE {
            return Err(QueryError::Refused(Reason::AmountTooSmall));
        }
        let (fee_miner, fee_banks) = (Paise(amount.0 / 200), Paise(amount.0 / 100));
        let fee_total = Paise(fee_miner.0 + fee_banks.0);
        let total_debit = Paise(amount.0 + fee_total.0);
        Ok(FeeQuoteView { amount, fee_miner, fee_banks, fee_total, total_debit, height: Height(4) })
    }
    fn proposals(&self, _: usize) -> Answer<Vec<ProposalView>> {
        Err(QueryError::NotKept("proposals are not kept here".to_owned()))
    }
    fn evidence(&self, _: usize) -> Answer<Vec<EvidenceRecordView>> {
        Err(QueryError::Failed("/secret/path: no such file".to_owned()))
    }
}

fn bank_view(bank: &Bank) -> BankView {
    BankView {
        id: bank.id,
        code: bank.code.clone(),
        active: true,
        consensus_key: Hex(bank.consensus_key),
        network_key: Hex(bank.network_key),
        hpke_key: Hex(bank.hpke_key),
        stake: bank.stake,
        reserve: Paise(1),
        fees: Paise(2),
        rewards: Paise(3),
    }
}

#[async_trait]
impl Submit for FakeNode {
    async fn submit(&self, transactions: Vec<Transaction>) -> Vec<Result<TxId, Refusal>> {
        let one = |tx: Transaction| match self.height_of(tx.id()) {
            Some(_) => Err(Reason::Replayed.into()),
            None => {
                let id = tx.id();
                self.waiting.lock().unwrap().insert(id, Arc::new(tx));
                Ok(id)
            }
        };
        transactions.into_iter().map(one).collect()
    }

    async fn simulate(&self, tx: Transaction) -> Answer<(Height, Result<(), Reason>)> {
        let said = if self.height_of(tx.id()).is_some() { Err(Reason::Replayed) } else { Ok(()) };
        Ok((self.final_height(), said))
    }

    async fn settled(&self, id: TxId) -> Answer<Found> {
        loop {
            let next = self.settled.notified();
            match self.transaction(id)? {
                Some(found) if matches!(found.standing, Standing::Settled(_)) => return Ok(found),
                _ => next.await,
            }
        }
    }
}

impl Live for FakeNode {
    fn node_info(&self) -> NodeInfoView {
        NodeInfoView {
            version: "0.1.0".to_owned(),
            protocol_version: 1,
            chain_id: Hex(chain_id().0),
            role: NodeRole::Bank,
            bank: Some(banks().tag(BankId(0))),
            network_key: Hex(NetworkKey([1; 32])),
            listens_on: vec!["/ip4/127.0.0.1/tcp/9001".to_owned()],
            started_at: Time(TimestampMs(1)),
            clock: Time(TimestampMs(2)),
        }
    }
    fn syncing(&self) -> SyncingView {
        let height = self.final_height();
        SyncingView { syncing: false, height, highest_claimed: height }
    }
    fn consensus(&self) -> ConsensusView {
        let (none, nil) = (VoteCast::None, VoteCast::Nil);
        let bank = banks().tag(BankId(0));
        let step = BankStepView {
            bank: bank.clone(),
            verdicts: true,
            prevote: nil,
            precommit: none,
            last_seen: None,
        };
        ConsensusView {
            height: Height(4),
            round: Round(1),
            step: StepName::Precommit,
            proposer: bank.clone(),
            quorum: 4,
            waiting: Some(WaitingView {
                what: "2 more precommits".to_owned(),
                banks: vec![bank],
                since: Time(TimestampMs(3)),
            }),
            banks: vec![step],
        }
    }
    fn mempool(&self) -> MempoolView {
        let transactions = self.waiting.lock().unwrap().len() as u64;
        MempoolView { transactions, bytes: 0, transactions_max: 9, bytes_max: 9, banks: vec![] }
    }
    fn peers(&self) -> Vec<PeerView> {
        vec![]
    }
    fn ready(&self) -> Result<(), NotReady> {
        match self.ready.load(Ordering::SeqCst) {
            true => Ok(()),
            false => Err(NotReady("3 of 5 peers are missing".to_owned())),
        }
    }
    fn metrics(&self) -> String {
        "# TYPE idx_height gauge\nidx_height 3\n".to_owned()
    }
}

impl Events for FakeNode {
    fn final_heights(&self) -> watch::Receiver<Height> {
        self.heights.subscribe()
    }
    fn live(&self) -> broadcast::Receiver<LiveEvent> {
        self.live.subscribe()
    }
}
