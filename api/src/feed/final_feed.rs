//! Final facts from the store, in order, from any cursor on, at the reader's own pace.

use super::{Gone, Outlet};
use crate::context::Context;
use idx_client::views::{
    BankNames, CourtOrderEventView, Cursor, EventBody, HeaderView, NoticeView, PrivateHeaderView,
    ReceiptView, TransactionFilter,
};
use idx_types::tx::Closing;
use idx_types::wire::CertifiedHeight;
use idx_types::{Height, SessionId, Transaction, TxKind};
use std::sync::Arc;
use tokio::sync::watch;

/// Which facts of a height are delivered.
pub(crate) enum Wanted {
    /// The block.
    Heads,
    /// Its transactions that pass.
    Transactions(TransactionFilter),
    /// Its steps of court orders.
    CourtOrders,
}

/// A reader of final heights.
pub(crate) struct FinalFeed {
    wanted: Wanted,
    heights: watch::Receiver<Height>,
    /// The height to read next.
    next: Height,
    /// Only what comes after this is delivered.
    after: Cursor,
    /// Whether it has once been at the newest height.
    caught_up: bool,
}

impl FinalFeed {
    /// A reader of everything after `since`, or of what becomes final from now on.
    pub fn new(context: &Context, wanted: Wanted, since: Option<Cursor>) -> Self {
        let mut heights = context.deps.events.final_heights();
        let newest = *heights.borrow_and_update();
        let after = since.unwrap_or(Cursor { height: newest, index: u32::MAX });
        let next = after.height.max(Height::GENESIS.next());
        Self { wanted, heights, next, after, caught_up: false }
    }

    /// Delivers until the client is gone, the past is not kept, or the reader lags too far.
    pub async fn run(mut self, context: Arc<Context>, mut outlet: Outlet) -> Result<(), Gone> {
        loop {
            while self.next <= self.newest() {
                if let Some(why) = self.lag(&context) {
                    return outlet.end(self.notice(why)).await;
                }
                let (height, names) = (self.next, context.deps.queries.names());
                let read =
                    Arc::clone(&context).read(move |context| Ok(context.deps.queries.certified(height)?));
                match read.await {
                    Ok(Some(height)) => self.deliver(&height, &*names, &mut outlet).await?,
                    Ok(None) => return outlet.end(self.notice(format!("height {height} is not here"))).await,
                    Err(error) => return outlet.end(self.notice(error.message)).await,
                }
                self.next = self.next.next();
            }
            self.caught_up = true;
            if self.heights.changed().await.is_err() {
                return outlet.end(self.notice("the node is stopping".to_owned())).await;
            }
        }
    }

    fn newest(&self) -> Height {
        *self.heights.borrow()
    }

    /// Why a reader that had caught up is too far behind now. One that still reads the past, as it
    /// asked to, may take its time.
    fn lag(&self, context: &Context) -> Option<String> {
        let behind = self.newest().0.saturating_sub(self.next.0);
        let max = context.limits.lag_heights_max;
        (self.caught_up && behind > max)
            .then(|| format!("you are {behind} heights behind, at most {max} are allowed"))
    }

    fn notice(&self, why: String) -> NoticeView {
        NoticeView { why, missed: None, resume: Some(self.after) }
    }

    async fn deliver(
        &mut self,
        height: &CertifiedHeight,
        names: &(dyn BankNames + Send + Sync),
        outlet: &mut Outlet,
    ) -> Result<(), Gone> {
        let facts = match self.wanted {
            Wanted::Heads => 0..1,
            Wanted::Transactions(_) | Wanted::CourtOrders => {
                1..height.public.transactions.len().saturating_add(1)
            }
        };
        for place in facts {
            let cursor = Cursor { height: height.height(), index: u32::try_from(place).unwrap_or(u32::MAX) };
            let event = if cursor > self.after { self.event(height, place, names) } else { None };
            if let Some(event) = event {
                outlet.deliver(Some(cursor), event).await?;
                self.after = cursor;
            }
        }
        Ok(())
    }

    /// The event at a place of a height: 0 is the block, `i + 1` the transaction of index `i`.
    fn event(&self, height: &CertifiedHeight, place: usize, names: &dyn BankNames) -> Option<EventBody> {
        match &self.wanted {
            Wanted::Heads => Some(EventBody::FinalizedHead {
                header: Box::new(HeaderView::new(&height.public.header, names)),
                private_header: Box::new(PrivateHeaderView::from(&height.private.header)),
            }),
            Wanted::CourtOrders => {
                let order = CourtOrderEventView::at(height, place.checked_sub(1)?)?;
                Some(EventBody::CourtOrder { order })
            }
            Wanted::Transactions(filter) => {
                let index = place.checked_sub(1)?;
                let tx = height.public.transactions.get(index)?;
                let receipt =
                    passes_as_signed(filter, tx).then(|| ReceiptView::of_height(height, index, names))??;
                let passes = filter.status.is_none_or(|status| status == receipt.status);
                passes.then(|| EventBody::Transaction { receipt: Box::new(receipt) })
            }
        }
    }
}

/// Whether a transaction passes, but for its outcome.
fn passes_as_signed(filter: &TransactionFilter, tx: &Transaction) -> bool {
    let kind = &tx.body.kind;
    filter.bank.is_none_or(|bank| kind.involved_banks().contains(bank))
        && filter.kind.as_deref().is_none_or(|name| name == kind.name())
        && filter.session.is_none_or(|session| names_session(kind, session))
}

fn names_session(kind: &TxKind, session: SessionId) -> bool {
    match kind {
        TxKind::Transfer(transfer) => {
            transfer.from == session || transfer.accepted.is_some_and(|accepted| accepted.to == session)
        }
        TxKind::OpenSession(opening) => opening.session == session,
        TxKind::OpenTravel(opening) => opening.session == session,
        TxKind::CloseTravel(close) => close.closing == Closing::Session(session),
        _ => false,
    }
}
