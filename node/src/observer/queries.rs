//! Public facts for clients, all from heights that the follower took; the rest is refused in words.

use super::kept::Kept;
use super::live::Facts;
use crate::engine::events::found_at;
use crate::queries::fee_view;
use async_trait::async_trait;
use idx_api::{Answer, ApiDeps, ChainQueries, Events, Found, LiveEvent, QueryError, Refusal, Submit};
use idx_chain::FeeQuote;
use idx_client::views::{
    BankNames, BankView, ChainKeysView, Cursor, EscrowView, EvidenceRecordView, FeeQuoteView,
    ForeignBankView, ForexRatesView, Page, ParametersView, ProposalView, TotalsView,
};
use idx_storage::StoreError;
use idx_types::state_proof::AccountProof;
use idx_types::wire::CertifiedHeight;
use idx_types::{
    Account, AccountHandle, ChainId, Height, ObservedHeight, Paise, PrivateHash, PublicHash, Reason, Session,
    SessionId, TimestampMs, Transaction, TxId, ValidatorSet,
};
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// Everything the interfaces of an observer read.
pub struct Queries {
    /// What was followed.
    pub kept: Arc<Kept>,
    /// What does not change while it runs, and its peers.
    pub facts: Facts,
}

impl Queries {
    /// The dependencies of the router, all from this.
    pub fn deps(self) -> ApiDeps {
        let all = Arc::new(self);
        let (queries, orders, submit) = (all.clone(), all.clone(), all.clone());
        ApiDeps { queries, orders, submit, live: all.clone(), events: all, teller: None }
    }
}

fn failed(error: StoreError) -> QueryError {
    tracing::error!(%error, "a read of the store failed");
    QueryError::Failed(error.to_string())
}

/// What only a ledger can say.
pub(super) fn unknown<T>(what: &str) -> Answer<T> {
    Err(QueryError::NotKept(format!("an observer knows no {what}; ask a bank's node")))
}

impl ChainQueries for Queries {
    fn chain_id(&self) -> ChainId {
        self.kept.checkpoint().chain_id
    }

    fn final_height(&self) -> Height {
        self.kept.events.final_height()
    }

    fn names(&self) -> Arc<dyn BankNames + Send + Sync> {
        self.kept.names()
    }

    fn certified(&self, height: Height) -> Answer<Option<Arc<CertifiedHeight>>> {
        if let Some(recent) = self.kept.events.recent(height) {
            return Ok(Some(recent));
        }
        let observed = self.kept.db.height(height).map_err(failed)?;
        Ok(observed.map(|height| Arc::new(height.into_certified())))
    }

    fn observed(&self, from: Height, count: u32, bytes_max: usize) -> Answer<Vec<ObservedHeight>> {
        self.kept.db.range(from, count, bytes_max).map_err(failed)
    }

    fn height_of_public(&self, hash: PublicHash) -> Answer<Option<Height>> {
        self.kept.db.height_by_public_hash(&hash).map_err(failed)
    }

    fn height_of_private(&self, hash: PrivateHash) -> Answer<Option<Height>> {
        self.kept.db.height_by_private_hash(&hash).map_err(failed)
    }

    fn transaction(&self, id: TxId) -> Answer<Option<Found>> {
        let Some(place) = self.kept.db.tx_place(&id).map_err(failed)? else { return Ok(None) };
        let height = self.certified(place.height)?;
        Ok(height.and_then(|height| found_at(&height, place.index as usize)))
    }

    fn session_transactions(&self, _: SessionId, _: Option<Cursor>, _: usize) -> Answer<Page<TxId>> {
        unknown("lists of sessions")
    }

    fn account(&self, _: AccountHandle) -> Answer<(Height, Option<Account>)> {
        unknown("accounts")
    }

    fn account_proof(&self, _: AccountHandle) -> Answer<Option<(Height, AccountProof)>> {
        unknown("accounts")
    }

    fn session(&self, _: SessionId) -> Answer<(TimestampMs, Option<Session>)> {
        unknown("sessions")
    }

    fn banks(&self) -> Answer<Vec<BankView>> {
        unknown("balances of banks (idx_getValidatorSet names the banks)")
    }

    fn validators(&self, height: Height) -> Answer<Option<(Arc<ValidatorSet>, u16)>> {
        let at = self.kept.checkpoint();
        if height > at.height.next() {
            return Ok(None);
        }
        let ruled = match self.certified(height)? {
            Some(certified) => certified.public.header.validator_set_hash == at.banks.hash(),
            None => true,
        };
        match ruled {
            true => Ok(Some((Arc::new(at.banks), at.params.agreement_margin))),
            false => Err(QueryError::NotKept(format!("the set of banks that ruled height {height}"))),
        }
    }

    fn parameters(&self) -> Answer<ParametersView> {
        let at = self.kept.checkpoint();
        let quorum = |margin| u16::try_from(at.banks.quorums(margin).quorum).unwrap_or(u16::MAX);
        let last = self.certified(at.height)?;
        Ok(ParametersView {
            height: at.height.next(),
            // The next height's may differ by a bit, every 64 heights; only the ledger works it out.
            difficulty: last.map_or(at.params.min_difficulty, |last| last.public.header.difficulty),
            approval_quorum: quorum(at.params.approval_margin),
            agreement_quorum: quorum(at.params.agreement_margin),
            parameters: at.params,
        })
    }

    fn escrow(&self) -> Answer<EscrowView> {
        unknown("keys of custodians")
    }

    fn chain_keys(&self) -> Answer<ChainKeysView> {
        unknown("epochs of the private chain's key")
    }

    fn forex_rates(&self) -> Answer<ForexRatesView> {
        unknown("rates of foreign money")
    }

    fn foreign_banks(&self) -> Answer<Vec<ForeignBankView>> {
        unknown("foreign banks")
    }

    fn totals(&self) -> Answer<TotalsView> {
        unknown("balances")
    }

    fn fee_quote(&self, amount: Paise) -> Answer<FeeQuoteView> {
        let at = self.kept.checkpoint();
        let quote = FeeQuote::of(amount, &at.params).map_err(QueryError::Refused)?;
        fee_view(amount, quote, at.height.next())
    }

    fn proposals(&self, _: usize) -> Answer<Vec<ProposalView>> {
        unknown("open proposals")
    }

    fn evidence(&self, _: usize) -> Answer<Vec<EvidenceRecordView>> {
        unknown("records of evidence")
    }
}

/// An observer hands nothing on: a transaction shows banks what it conceals.
const NOT_HERE: &str = "this is an observer's node; hand transactions to a bank's";

#[async_trait]
impl Submit for Queries {
    async fn submit(&self, transactions: Vec<Transaction>) -> Vec<Result<TxId, Refusal>> {
        let refused = Refusal { reason: Reason::NodeBusy, detail: NOT_HERE.to_owned() };
        vec![Err(refused); transactions.len()]
    }

    async fn simulate(&self, _: Transaction) -> Answer<(Height, Result<(), Reason>)> {
        Err(QueryError::NotKept("an observer has no balances to try it on; ask a bank's node".to_owned()))
    }

    async fn settled(&self, id: TxId) -> Answer<Found> {
        let waiting = self.kept.events.wait_for(id);
        let waiting = waiting.ok_or_else(|| QueryError::Failed("too many clients wait".to_owned()))?;
        // Looked up after the wait began, so that it cannot become final in between unseen.
        if let Some(found) = self.transaction(id)? {
            return Ok(found);
        }
        waiting.await.map_err(|_| QueryError::Failed("the node is stopping".to_owned()))
    }
}

impl Events for Queries {
    fn final_heights(&self) -> watch::Receiver<Height> {
        self.kept.events.final_heights()
    }

    fn live(&self) -> broadcast::Receiver<LiveEvent> {
        self.kept.events.live()
    }
}
