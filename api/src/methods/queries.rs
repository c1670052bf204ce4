//! Reads of final facts, each on a blocking thread.

use super::params::{
    AtBlock, BlockByHash, BlockByNumber, ById, BySession, Limit, Nothing, PrivateHeader, Quote, Range,
};
use super::{Arguments, Pending};
use crate::context::Context;
use crate::deps::{Found, Place, Settled, Standing};
use crate::error::RpcError;
use idx_client::encoding::{BlockTag, Bytes, Hex};
use idx_client::views::{
    ApprovalsView, BankNames, BankVerdictView, BankView, BlockView, ChainKeysView, CommitCertificateView,
    EscrowView, EvidenceRecordView, FeeQuoteView, ForeignBankView, ForexRatesView, HeaderView, Page,
    ParametersView, PrivateHeaderView, ProposalView, ReceiptView, TotalsView, TransactionProofView,
    TransactionView, ValidatorSetView, VerdictView,
};
use idx_types::wire::CertifiedHeight;
use idx_types::{Height, TxId};
use std::sync::Arc;

type Read<T> = Result<T, RpcError>;

fn certified(context: &Context, tag: BlockTag) -> Read<Option<Arc<CertifiedHeight>>> {
    let queries = &context.deps.queries;
    let newest = queries.final_height();
    match tag.resolve(newest) {
        height if height > newest => Ok(None),
        height => Ok(queries.certified(height)?),
    }
}

pub(crate) fn block_by_number(context: &Context, params: BlockByNumber) -> Read<Option<BlockView>> {
    let names = context.deps.queries.names();
    let height = certified(context, params.block)?;
    Ok(height.map(|height| BlockView::new(&height, params.full, &*names)))
}

/// Hex takes two letters a byte; the rest of the room is for the answer's frame.
pub(crate) fn observed(context: &Context, params: Range) -> Read<Vec<Bytes>> {
    let count = u32::try_from(page(context, params.count)?).unwrap_or(u32::MAX);
    let bytes_max = context.limits.response_bytes_max / 3;
    let heights = context.deps.queries.observed(params.from, count, bytes_max)?;
    Ok(heights.iter().map(Bytes::of).collect())
}

pub(crate) fn block_by_hash(context: &Context, params: BlockByHash) -> Read<Option<BlockView>> {
    match context.deps.queries.height_of_public(params.hash.0)? {
        Some(height) => {
            let block = BlockTag::Number(height);
            block_by_number(context, BlockByNumber { block, full: params.full })
        }
        None => Ok(None),
    }
}

pub(crate) fn header(context: &Context, params: AtBlock) -> Read<Option<HeaderView>> {
    let names = context.deps.queries.names();
    let height = certified(context, params.block)?;
    Ok(height.map(|height| HeaderView::new(&height.public.header, &*names)))
}

pub(crate) fn private_header(context: &Context, params: PrivateHeader) -> Read<Option<PrivateHeaderView>> {
    let tag = match (params.block, params.hash) {
        (Some(_), Some(_)) => return Err(RpcError::params("either block or hash, not both")),
        (None, Some(hash)) => match context.deps.queries.height_of_private(hash.0)? {
            Some(height) => BlockTag::Number(height),
            None => return Ok(None),
        },
        (block, None) => block.unwrap_or_default(),
    };
    let height = certified(context, tag)?;
    Ok(height.map(|height| PrivateHeaderView::from(&height.private.header)))
}

pub(crate) fn approvals(context: &Context, params: AtBlock) -> Read<Option<ApprovalsView>> {
    let queries = &context.deps.queries;
    let Some(height) = certified(context, params.block)? else { return Ok(None) };
    let banks = match queries.validators(height.height()) {
        Ok(known) => known.map(|(banks, _)| banks),
        Err(crate::deps::QueryError::NotKept(_)) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Some(ApprovalsView::new(&height, banks.as_deref(), &*queries.names())))
}

pub(crate) fn commit_certificate(context: &Context, params: AtBlock) -> Read<Option<CommitCertificateView>> {
    let names = context.deps.queries.names();
    let height = certified(context, params.block)?;
    Ok(height.map(|height| CommitCertificateView::new(&height.commit, &*names)))
}

pub(crate) fn transaction(context: &Context, params: ById) -> Read<Option<TransactionView>> {
    let queries = &context.deps.queries;
    let found = queries.transaction(params.id.0)?;
    Ok(found.map(|found| TransactionView::new(&found.tx, &*queries.names())))
}

/// Answers from memory where it can: clients poll this.
pub(crate) fn receipt(context: Arc<Context>, arguments: Arguments) -> Pending {
    Box::pin(async move {
        let ById { id } = arguments.read()?;
        match context.receipts.get(id.0) {
            Some(receipt) => context.json(&*receipt),
            None => context.read(move |context| context.json(&look_up(context, id.0)?)).await,
        }
    })
}

/// The receipt as it stands now.
pub(crate) fn look_up(context: &Context, id: TxId) -> Read<Option<ReceiptView>> {
    let queries = &context.deps.queries;
    let found = queries.transaction(id)?;
    Ok(found.map(|found| receipt_of(context, &found, &*queries.names())))
}

/// The receipt of a transaction; a final one is kept.
pub(crate) fn receipt_of(context: &Context, found: &Found, names: &dyn BankNames) -> ReceiptView {
    let waiting = ReceiptView::pending(&found.tx, names);
    let receipt = match &found.standing {
        Standing::Waiting => waiting,
        Standing::Settled(settled) => settle(waiting, settled, names),
    };
    context.receipts.keep(&receipt);
    receipt
}

fn settle(waiting: ReceiptView, settled: &Settled, names: &dyn BankNames) -> ReceiptView {
    let said = settled.verdicts.iter();
    let said = said
        .map(|(bank, verdict)| BankVerdictView { bank: names.tag(*bank), verdict: VerdictView(*verdict) });
    ReceiptView {
        height: Some(settled.place.height),
        index: Some(settled.place.index),
        block: Some(Hex(settled.block)),
        private_hash: Some(Hex(settled.private)),
        final_at: Some(settled.time.into()),
        ..waiting.with_outcome(settled.outcome, said.collect())
    }
}

pub(crate) fn proof(context: &Context, params: ById) -> Read<Option<TransactionProofView>> {
    let queries = &context.deps.queries;
    let place = match queries.transaction(params.id.0)?.map(|found| found.standing) {
        Some(Standing::Settled(Settled { place, .. })) => place,
        Some(Standing::Waiting) | None => return Ok(None),
    };
    let Place { height, index } = place;
    let certified = queries.certified(height)?;
    Ok(certified.and_then(|height| TransactionProofView::of_height(&height, index as usize)))
}

pub(crate) fn session_transactions(context: &Context, params: BySession) -> Read<Page<Hex<TxId>>> {
    let limit = page(context, params.limit)?;
    let page = context.deps.queries.session_transactions(params.session, params.after, limit)?;
    Ok(Page { items: page.items.into_iter().map(Hex).collect(), next: page.next })
}

/// How many entries to send.
pub(super) fn page(context: &Context, wanted: Option<usize>) -> Read<usize> {
    match wanted {
        Some(0) => Err(RpcError::params("limit is at least 1")),
        wanted => Ok(wanted.unwrap_or(usize::MAX).min(context.limits.page_max)),
    }
}

pub(crate) fn banks(context: &Context, _: Nothing) -> Read<Vec<BankView>> {
    Ok(context.deps.queries.banks()?)
}

pub(crate) fn validators(context: &Context, params: AtBlock) -> Read<Option<ValidatorSetView>> {
    let queries = &context.deps.queries;
    let height: Height = params.block.resolve(queries.final_height());
    let found = queries.validators(height)?;
    Ok(found.map(|(banks, margin)| ValidatorSetView::new(height, &banks, margin)))
}

pub(crate) fn parameters(context: &Context, _: Nothing) -> Read<ParametersView> {
    Ok(context.deps.queries.parameters()?)
}

pub(crate) fn escrow(context: &Context, _: Nothing) -> Read<EscrowView> {
    Ok(context.deps.queries.escrow()?)
}

pub(crate) fn chain_keys(context: &Context, _: Nothing) -> Read<ChainKeysView> {
    Ok(context.deps.queries.chain_keys()?)
}

pub(crate) fn forex_rates(context: &Context, _: Nothing) -> Read<ForexRatesView> {
    Ok(context.deps.queries.forex_rates()?)
}

pub(crate) fn foreign_banks(context: &Context, _: Nothing) -> Read<Vec<ForeignBankView>> {
    Ok(context.deps.queries.foreign_banks()?)
}

pub(crate) fn totals(context: &Context, _: Nothing) -> Read<TotalsView> {
    Ok(context.deps.queries.totals()?)
}

pub(crate) fn fee_quote(context: &Context, params: Quote) -> Read<FeeQuoteView> {
    Ok(context.deps.queries.fee_quote(params.amount)?)
}

pub(crate) fn proposals(context: &Context, params: Limit) -> Read<Vec<ProposalView>> {
    Ok(context.deps.queries.proposals(page(context, params.limit)?)?)
}

pub(crate) fn evidence(context: &Context, params: Limit) -> Read<Vec<EvidenceRecordView>> {
    Ok(context.deps.queries.evidence(page(context, params.limit)?)?)
}
