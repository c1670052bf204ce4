//! What concerns one customer, for whoever shows the customer's token.

use super::{Gone, Outlet};
use crate::context::Context;
use crate::error::RpcError;
use crate::methods::params::Token;
use crate::news::{NewsReader, Told};
use crate::rest::{Known, known};
use idx_bank::vault::Holder;
use idx_client::views::{EventBody, NoticeView, Since};
use std::sync::Arc;
use tokio::time::MissedTickBehavior;

/// A reader of a customer's news.
pub(crate) struct CustomerFeed {
    known: Known,
    news: NewsReader,
}

impl CustomerFeed {
    /// A reader of everything after `since`, or of what comes from now on.
    pub async fn open(context: &Arc<Context>, token: &Token, since: Option<Since>) -> Result<Self, RpcError> {
        let since = match since {
            Some(Since::Cursor(_)) => return Err(RpcError::params("since is a sequence for this topic")),
            Some(Since::Sequence(sequence)) => Some(sequence),
            None => None,
        };
        let known = known(context, &token.0).await?.ok_or_else(RpcError::unauthorized)?;
        let Holder::Customer(customer) = known.caller.holder else { return Err(RpcError::unauthorized()) };
        let news = NewsReader::open(Arc::clone(context), customer, since, None).await?;
        Ok(Self { known, news })
    }

    /// Delivers until the client is gone, its login is over, or the vault gives no answer.
    pub async fn run(mut self, context: Arc<Context>, mut outlet: Outlet) -> Result<(), Gone> {
        let mut checks = tokio::time::interval(context.limits.events.login_check);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if let Err(error) = self.tell(&mut outlet).await? {
                return outlet.end(notice(error.message)).await;
            }
            tokio::select! {
                () = self.news.more() => {}
                _ = checks.tick() => if !self.known.is_in(&context).await.unwrap_or(true) {
                    return outlet.end(notice("the login is over".to_owned())).await;
                },
            }
        }
    }

    /// Delivers all that there is.
    async fn tell(&mut self, outlet: &mut Outlet) -> Result<Result<(), RpcError>, Gone> {
        loop {
            let event = match self.news.next().await {
                Ok(Some(Told::Turn(told))) => EventBody::Transfer { transfer: told.1 },
                Ok(Some(Told::Missed(missed))) => EventBody::Missed { missed },
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            };
            outlet.deliver(None, event).await?;
        }
    }
}

const fn notice(why: String) -> NoticeView {
    NoticeView { why, missed: None, resume: None }
}
