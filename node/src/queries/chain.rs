//! Reads of final facts.

use super::Queries;
use super::chain_keys::chain_keys_view;
use super::travel;
use crate::engine::events::found_at;
use idx_api::{Answer, ChainQueries, Found, QueryError, Standing};
use idx_chain::{FeeQuote, State, system_handle};
use idx_client::encoding::Hex;
use idx_client::views::{
    BallotView, BankNames, BankView, ChainKeysView, ChangeView, CurrencyTotalView, Cursor, EscrowView,
    EvidenceRecordView, FeeQuoteView, ForeignBankView, ForexRatesView, Page, ParametersView, ProposalState,
    ProposalView, TotalsView,
};
use idx_storage::store::{Order, PageQuery, Subject};
use idx_storage::{StoreError, store};
use idx_types::state_proof::AccountProof;
use idx_types::wire::CertifiedHeight;
use idx_types::{
    Account, AccountHandle, AccountKind, Bank, BankId, ChainId, Currency, Height, NetworkDay, ObservedHeight,
    Paise, PrivateHash, PublicHash, Reason, Session, SessionId, TimestampMs, TxId, ValidatorSet,
};
use std::sync::Arc;

pub(super) fn failed(error: StoreError) -> QueryError {
    tracing::error!(%error, "a read of the store failed");
    QueryError::Failed(error.to_string())
}

impl ChainQueries for Queries {
    fn chain_id(&self) -> ChainId {
        self.chain_id
    }

    fn final_height(&self) -> Height {
        self.events.final_height()
    }

    fn names(&self) -> Arc<dyn BankNames + Send + Sync> {
        self.names.clone()
    }

    fn certified(&self, height: Height) -> Answer<Option<Arc<CertifiedHeight>>> {
        if height > self.final_height() {
            return Ok(None);
        }
        match self.events.recent(height) {
            Some(recent) => Ok(Some(recent)),
            None => Ok(self.store.certified(height).map_err(failed)?.map(Arc::new)),
        }
    }

    fn observed(&self, from: Height, count: u32, bytes_max: usize) -> Answer<Vec<ObservedHeight>> {
        self.store.observed_range(from, count, bytes_max).map_err(failed)
    }

    fn height_of_public(&self, hash: PublicHash) -> Answer<Option<Height>> {
        self.store.height_by_public_hash(&hash).map_err(failed)
    }

    fn height_of_private(&self, hash: PrivateHash) -> Answer<Option<Height>> {
        self.store.height_by_private_hash(&hash).map_err(failed)
    }

    fn transaction(&self, id: TxId) -> Answer<Option<Found>> {
        if let Some(found) = self.settled_already(id)? {
            return Ok(Some(found));
        }
        let waiting =
            self.ask(move |replica| replica.pool().find(&id).map(|prepared| prepared.tx.clone()))?;
        Ok(waiting.map(|tx| Found { tx, standing: Standing::Waiting }))
    }

    fn session_transactions(
        &self,
        session: SessionId,
        after: Option<Cursor>,
        limit: usize,
    ) -> Answer<Page<TxId>> {
        let query = PageQuery { after: after.and_then(last_read), order: Order::OldestFirst, limit };
        let page = self.store.txs(Subject::Session(session), &query).map_err(failed)?;
        let mut items = Vec::new();
        for entry in &page.entries {
            if let Some(tx) = self.store.tx_at(entry.height, entry.index).map_err(failed)? {
                items.push(tx.id());
            }
        }
        Ok(Page { items, next: page.next.map(|c| Cursor { height: c.height, index: c.index + 1 }) })
    }

    fn account(&self, handle: AccountHandle) -> Answer<(Height, Option<Account>)> {
        self.ask(move |replica| {
            let state = replica.state();
            (state.tip().height, state.account(&handle).cloned())
        })
    }

    fn account_proof(&self, handle: AccountHandle) -> Answer<Option<(Height, AccountProof)>> {
        self.ask(move |replica| {
            let state = replica.state();
            Some((state.tip().height, state.account_proof(&handle)?))
        })
    }

    fn session(&self, id: SessionId) -> Answer<(TimestampMs, Option<Session>)> {
        self.ask(move |replica| {
            let state = replica.state();
            (state.tip().timestamp, state.session(&id).cloned())
        })
    }

    fn banks(&self) -> Answer<Vec<BankView>> {
        self.ask(|replica| {
            let state = replica.state();
            state.validators().banks().iter().map(|bank| bank_view(state, bank)).collect()
        })
    }

    fn validators(&self, height: Height) -> Answer<Option<(Arc<ValidatorSet>, u16)>> {
        let next = self.ask(|replica| {
            let state = replica.state();
            (state.tip().height.next(), state.validators().clone(), state.params().agreement_margin)
        })?;
        let (current, banks, margin) = next;
        if height > current {
            return Ok(None);
        }
        let ruled = match self.certified(height)? {
            Some(certified) => certified.public.header.validator_set_hash == banks.hash(),
            None => true,
        };
        match ruled {
            true => Ok(Some((banks, margin))),
            false => Err(QueryError::NotKept(format!("the set of banks that ruled height {height}"))),
        }
    }

    fn parameters(&self) -> Answer<ParametersView> {
        self.ask(|replica| {
            let (state, banks) = (replica.state(), replica.state().validators());
            let count = |quorum: usize| u16::try_from(quorum).unwrap_or(u16::MAX);
            ParametersView {
                height: state.tip().height.next(),
                parameters: state.params().clone(),
                difficulty: state.difficulty(),
                approval_quorum: count(banks.quorums(state.params().approval_margin).quorum),
                agreement_quorum: count(banks.quorums(state.params().agreement_margin).quorum),
            }
        })
    }

    fn escrow(&self) -> Answer<EscrowView> {
        self.ask(|replica| {
            let (state, tip) = (replica.state(), replica.state().tip());
            EscrowView::new(state.escrow(), tip.height, NetworkDay::of(tip.timestamp))
        })
    }

    fn chain_keys(&self) -> Answer<ChainKeysView> {
        let names = self.names.clone();
        self.ask(move |replica| chain_keys_view(replica, &*names))
    }

    fn forex_rates(&self) -> Answer<ForexRatesView> {
        self.ask(|replica| travel::forex_rates_view(replica.state()))
    }

    fn foreign_banks(&self) -> Answer<Vec<ForeignBankView>> {
        let names = self.names.clone();
        self.ask(move |replica| travel::foreign_bank_views(replica.state(), &*names))
    }

    fn totals(&self) -> Answer<TotalsView> {
        self.ask(|replica| {
            let (state, counted) = (replica.state(), replica.state().recount());
            let sum = |amount: u128| Paise(u64::try_from(amount).unwrap_or(u64::MAX));
            let currency = |(currency, counted): (Currency, u128)| CurrencyTotalView {
                currency,
                issued: sum(state.issued().get(&currency).copied().unwrap_or_default()),
                counted: sum(counted),
            };
            TotalsView { as_of: state.tip().height, currencies: counted.into_iter().map(currency).collect() }
        })
    }

    fn fee_quote(&self, amount: Paise) -> Answer<FeeQuoteView> {
        let quoted = self.ask(move |replica| {
            let state = replica.state();
            state.fee_quote(amount).map(|quote| (quote, state.tip().height.next()))
        })?;
        let (quote, height) = quoted.map_err(QueryError::Refused)?;
        fee_view(amount, quote, height)
    }

    fn proposals(&self, limit: usize) -> Answer<Vec<ProposalView>> {
        let names = self.names.clone();
        self.ask(move |replica| {
            let newest_first = replica.state().proposals().iter().rev().take(limit);
            newest_first.map(|proposal| proposal_view(proposal, &*names)).collect()
        })
    }

    fn evidence(&self, limit: usize) -> Answer<Vec<EvidenceRecordView>> {
        let names = self.names.clone();
        self.ask(move |replica| {
            let mut offences: Vec<_> = replica.state().offences().iter().collect();
            offences.sort_by_key(|offence| std::cmp::Reverse(offence.height));
            offences.into_iter().take(limit).filter_map(|o| EvidenceRecordView::new(o, &*names)).collect()
        })
    }
}

impl Queries {
    /// A final transaction by one lookup in the store; does not ask the mind.
    pub(super) fn settled_already(&self, id: TxId) -> Answer<Option<Found>> {
        let place = self.store.tx_place(&id).map_err(failed)?;
        let Some(place) = place.filter(|place| place.outcome.is_final()) else { return Ok(None) };
        let height = self.certified(place.height)?;
        Ok(height.and_then(|height| found_at(&height, place.index as usize)))
    }
}

/// The place last read before a cursor, in the store's own terms.
fn last_read(cursor: Cursor) -> Option<store::Cursor> {
    let Cursor { height, index } = cursor;
    match (index.checked_sub(1), height.previous()) {
        (Some(index), _) => Some(store::Cursor { height, index }),
        (None, Some(height)) => Some(store::Cursor { height, index: u32::MAX }),
        (None, None) => None,
    }
}

/// What a transfer of an amount costs at a height.
pub(crate) fn fee_view(amount: Paise, quote: FeeQuote, height: Height) -> Answer<FeeQuoteView> {
    let total_debit = amount.checked_add(quote.total).ok_or(QueryError::Refused(Reason::Overflow))?;
    let FeeQuote { miner: fee_miner, banks: fee_banks, total: fee_total } = quote;
    Ok(FeeQuoteView { amount, fee_miner, fee_banks, fee_total, total_debit, height })
}

fn bank_view(state: &State, bank: &Bank) -> BankView {
    let balance = |kind| balance_of(state, bank.id, kind);
    BankView {
        id: bank.id,
        code: bank.code.clone(),
        active: true,
        consensus_key: Hex(bank.consensus_key),
        network_key: Hex(bank.network_key),
        hpke_key: Hex(bank.hpke_key),
        stake: balance(AccountKind::Stake),
        reserve: balance(AccountKind::BankReserve),
        fees: balance(AccountKind::BankFees),
        rewards: balance(AccountKind::MinerRewards),
    }
}

fn balance_of(state: &State, bank: BankId, kind: AccountKind) -> Paise {
    state.account(&system_handle(bank, kind)).map_or(Paise::ZERO, |account| account.balance)
}

fn proposal_view(proposal: &idx_chain::OpenProposal, names: &dyn BankNames) -> ProposalView {
    let ballots = proposal.ballots.iter();
    ProposalView {
        id: Hex(proposal.id),
        proposer: names.tag(proposal.proposer),
        change: ChangeView::new(&proposal.change, names),
        opened_at: proposal.opened_at,
        effective_at: proposal.effective_at,
        state: if proposal.passed_at.is_some() { ProposalState::Passed } else { ProposalState::Open },
        ballots: ballots
            .map(|(bank, approve)| BallotView { bank: names.tag(*bank), approve: *approve })
            .collect(),
    }
}
