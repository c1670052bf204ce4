//! What is only seen live: mined headers, votes, verdicts. It is not kept, so what is missed is lost,
//! and the reader is told how much.

use super::{Gone, Outlet};
use crate::context::Context;
use crate::deps::LiveEvent;
use idx_client::encoding::Hex;
use idx_client::views::{BankNames, EventBody, HeaderView, NoticeView, SubscribeTopic, VoteView};
use idx_types::{Verdict, Verdicts, Vote, VoteKind};
use std::sync::Arc;
use tokio::sync::broadcast::{self, error::RecvError};

/// A reader of live events.
pub(crate) struct LiveFeed {
    topic: SubscribeTopic,
    events: broadcast::Receiver<LiveEvent>,
}

impl LiveFeed {
    /// A reader of what happens from now on.
    pub fn new(context: &Context, topic: SubscribeTopic) -> Self {
        Self { topic, events: context.deps.events.live() }
    }

    /// Delivers until the client is gone or has missed something.
    pub async fn run(mut self, context: Arc<Context>, mut outlet: Outlet) -> Result<(), Gone> {
        loop {
            match self.events.recv().await {
                Ok(event) => {
                    let names = context.deps.queries.names();
                    if let Some(event) = self.view(&event, &*names) {
                        outlet.deliver(None, event).await?;
                    }
                }
                Err(RecvError::Lagged(missed)) => {
                    let why = "you read too slowly; subscribe again".to_owned();
                    return outlet.end(NoticeView { why, missed: Some(missed), resume: None }).await;
                }
                Err(RecvError::Closed) => {
                    let why = "the node is stopping".to_owned();
                    return outlet.end(NoticeView { why, missed: None, resume: None }).await;
                }
            }
        }
    }

    /// The event, if it is of the topic.
    fn view(&self, event: &LiveEvent, names: &dyn BankNames) -> Option<EventBody> {
        match (self.topic, event) {
            (SubscribeTopic::NewHeads, LiveEvent::Mined(header, _)) => {
                let header = Box::new(HeaderView::new(&header.message, names));
                Some(EventBody::NewHead { header })
            }
            (SubscribeTopic::Votes, LiveEvent::Vote(vote)) => {
                Some(EventBody::Vote { vote: vote_view(&vote.message, names) })
            }
            (SubscribeTopic::Votes, LiveEvent::Verdicts(verdicts)) => {
                Some(EventBody::Vote { vote: verdicts_view(verdicts, names) })
            }
            _ => None,
        }
    }
}

fn vote_view(vote: &Vote, names: &dyn BankNames) -> VoteView {
    let (bank, height, round) = (names.tag(vote.bank), vote.height, vote.round);
    let private_hash = vote.value.map(Hex);
    match vote.kind {
        VoteKind::Prevote => VoteView::Prevote { bank, height, round, private_hash },
        VoteKind::Precommit => VoteView::Precommit { bank, height, round, private_hash },
    }
}

fn verdicts_view(said: &Verdicts, names: &dyn BankNames) -> VoteView {
    let approved = said.verdicts.iter().filter(|verdict| **verdict == Verdict::Approve).count();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    VoteView::Verdicts {
        bank: names.tag(said.bank),
        height: said.height,
        block: Hex(said.block),
        approved: count(approved),
        rejected: count(said.verdicts.len() - approved),
    }
}
