//! One listener of a customer's news: from where he left off, at his own pace, with every gap told.

use super::bells::Bell;
use super::words::view;
use crate::context::Context;
use crate::error::RpcError;
use idx_bank::vault::{News, NewsPage, Turn};
use idx_client::views::{MissedView, TransferEventView};
use idx_types::Idx;
use std::collections::VecDeque;
use std::sync::Arc;

/// News read from the vault at a time.
const PAGE: usize = 64;

/// Something for a customer.
pub(crate) enum Told {
    /// News are not kept any more.
    Missed(MissedView),
    /// A transfer took a turn.
    Turn(Box<(Turn, TransferEventView)>),
}

/// A listener's place in a customer's news.
pub(crate) struct NewsReader {
    context: Arc<Context>,
    customer: Idx,
    bell: Bell,
    /// The name of the stream.
    pub stream: String,
    /// What was delivered last.
    pub after: u64,
    read: VecDeque<News>,
}

impl NewsReader {
    /// A listener from now on, or from after `since`; one who knows another stream hears this one from its
    /// beginning.
    ///
    /// # Errors
    /// The vault cannot be read, or the node has none.
    pub async fn open(
        context: Arc<Context>,
        customer: Idx,
        since: Option<u64>,
        stream: Option<&str>,
    ) -> Result<Self, RpcError> {
        let teller = context.teller()?.clone();
        // First the bell, then the vault: what comes in between rings.
        let bell = teller.bell(&customer);
        let own = context.tokens()?.stream(&customer);
        let mut reader =
            Self { context, customer, bell, stream: own, after: u64::MAX, read: VecDeque::new() };
        let last = reader.page(u64::MAX).await?.last;
        let is_other = stream.is_some_and(|stream| stream != reader.stream);
        reader.after = since.map_or(last, |since| if is_other { 0 } else { since });
        Ok(reader)
    }

    /// The next thing to tell; `None` if all is told.
    ///
    /// # Errors
    /// The vault cannot be read.
    pub async fn next(&mut self) -> Result<Option<Told>, RpcError> {
        if self.read.is_empty() {
            let page = self.page(self.after).await?;
            if let Some(missed) = self.gap(&page) {
                return Ok(Some(Told::Missed(missed)));
            }
            self.read.extend(page.items);
        }
        let next = self.read.front().map(|news| news.sequence);
        if let Some(next) = next.filter(|next| *next != self.after.saturating_add(1)) {
            // Erased, or written over, in the midst of the page.
            let missed = self.missed(next - 1, next, next);
            return Ok(Some(Told::Missed(missed)));
        }
        let Some(news) = self.read.pop_front() else { return Ok(None) };
        self.after = news.sequence;
        let told = view(&self.stream, &news);
        Ok(Some(Told::Turn(Box::new((news.turn, told)))))
    }

    /// Returns when there may be more.
    pub async fn more(&mut self) {
        self.bell.rung().await;
    }

    /// What is missing before a page: it is not kept, or the stream was set back.
    fn gap(&mut self, page: &NewsPage) -> Option<MissedView> {
        let first = page.items.first().map_or(page.last.saturating_add(1), |news| news.sequence);
        (first != self.after.saturating_add(1)).then(|| self.missed(first - 1, page.oldest, page.last))
    }

    fn missed(&mut self, to: u64, oldest: u64, last: u64) -> MissedView {
        let from = self.after.saturating_add(1);
        self.after = to;
        MissedView { stream: self.stream.clone(), from, to, oldest, last }
    }

    async fn page(&self, after: u64) -> Result<NewsPage, RpcError> {
        let customer = self.customer;
        let context = Arc::clone(&self.context);
        context.read(move |context| Ok(context.teller()?.news(&customer, after, PAGE)?)).await
    }
}
