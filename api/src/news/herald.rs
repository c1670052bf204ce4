//! The herald: what is for everybody, put into words once for all listeners.
//!
//! ```text
//!   mined headers ---> one task ---> broadcast ring (what a slow listener loses, it gets with the height)
//!   final heights ---'    `-------> the last heights in words, and a watch of the newest
//!                                        |
//!   a listener: the next height after its own --from memory, or from the store when it lags
//! ```
//!
//! Every height is told in one order: `block_mined`, `consensus`, `block_finalized`, then the steps of
//! court orders in it.

use crate::context::Context;
use crate::deps::LiveEvent;
use crate::error::RpcError;
use axum::extract::ws::Utf8Bytes;
use idx_client::views::{
    BlockFinalizedView, BlockMinedView, ConsensusEventView, CourtOrderEventView, MissedView,
};
use idx_types::wire::CertifiedHeight;
use idx_types::{Height, PublicHash, SignedHeader};
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Once, PoisonError, RwLock};
use tokio::sync::{broadcast, watch};

/// Heights in words that are kept in memory; who is further behind reads the store.
const KEPT_MAX: usize = 64;

/// Mined headers that a listener may lag behind.
const MINED_MAX: usize = 16;

/// An event in its words, ready to be sent.
pub(crate) type Words = Utf8Bytes;

/// A mined block in words.
#[derive(Clone)]
struct Mined {
    hash: PublicHash,
    words: Words,
}

/// A final height in words.
struct Told {
    mined: Mined,
    rest: Vec<Words>,
}

/// How an event and its payload are put into words.
type Wording = fn(&'static str, &serde_json::Value) -> Words;

/// The one who tells.
pub(crate) struct Herald {
    context: Arc<Context>,
    wording: Wording,
    began: Once,
    newest: watch::Sender<Height>,
    kept: RwLock<VecDeque<(Height, Arc<Told>)>>,
    mined: broadcast::Sender<Mined>,
}

impl Herald {
    /// A herald who has not begun.
    pub fn new(context: Arc<Context>, wording: Wording) -> Arc<Self> {
        let newest = watch::Sender::new(context.deps.queries.final_height());
        let (kept, mined) = (RwLock::default(), broadcast::Sender::new(MINED_MAX));
        Arc::new(Self { context, wording, began: Once::new(), newest, kept, mined })
    }

    /// A listener of what becomes final after a height; of what does from now on, if none is given.
    pub fn listen(self: &Arc<Self>, after: Option<Height>) -> Blocks {
        self.began.call_once(|| {
            let (live, heights) = (self.context.deps.events.live(), self.context.deps.events.final_heights());
            self.newest.send_replace(*heights.borrow());
            tokio::spawn(Arc::clone(self).run(live, heights));
        });
        let (newest, mined) = (self.newest.subscribe(), self.mined.subscribe());
        let after = after.unwrap_or(*newest.borrow());
        Blocks { herald: Arc::clone(self), after, newest, mined, announced: None, due: VecDeque::new() }
    }

    async fn run(
        self: Arc<Self>,
        mut live: broadcast::Receiver<LiveEvent>,
        mut heights: watch::Receiver<Height>,
    ) {
        loop {
            tokio::select! {
                biased;
                event = live.recv() => match event {
                    Ok(LiveEvent::Mined(header, txs)) => self.tell_mined(&header, txs),
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                changed = heights.changed() => match changed {
                    Ok(()) => {
                        let newest = *heights.borrow_and_update();
                        self.tell_up_to(newest).await;
                    }
                    Err(_) => return,
                },
            }
        }
    }

    fn tell_mined(&self, header: &SignedHeader, txs: usize) {
        let view = BlockMinedView::new(&header.message, txs, &*self.context.deps.queries.names());
        // Fails only while nobody listens.
        let _ = self.mined.send(self.mined_words(&view));
    }

    fn mined_words(&self, view: &BlockMinedView) -> Mined {
        Mined { hash: view.hash.0, words: self.words("block_mined", view) }
    }

    /// A height that cannot be read now is left to the listeners, who are told what they miss.
    async fn tell_up_to(&self, newest: Height) {
        let mut next = (*self.newest.borrow()).next();
        next = next.max(Height(newest.0.saturating_sub(KEPT_MAX as u64)));
        while next <= newest {
            if let Ok(told) = self.read(next).await {
                let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
                kept.push_back((next, told));
                while kept.len() > KEPT_MAX {
                    kept.pop_front();
                }
            }
            self.newest.send_replace(next);
            next = next.next();
        }
    }

    async fn told(&self, height: Height) -> Result<Arc<Told>, RpcError> {
        let kept = {
            let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
            kept.iter().find(|(at, _)| *at == height).map(|(_, told)| Arc::clone(told))
        };
        match kept {
            Some(told) => Ok(told),
            None => self.read(height).await,
        }
    }

    async fn read(&self, height: Height) -> Result<Arc<Told>, RpcError> {
        let context = Arc::clone(&self.context);
        let found = context.read(move |context| Ok(context.deps.queries.certified(height)?)).await?;
        let found = found.ok_or_else(|| RpcError::busy("a height is not here"))?;
        Ok(Arc::new(self.in_words(&found)))
    }

    fn in_words(&self, height: &CertifiedHeight) -> Told {
        let names = self.context.deps.queries.names();
        let mut rest = vec![
            self.words("consensus", &ConsensusEventView::of(height, &*names)),
            self.words("block_finalized", &BlockFinalizedView::of(height)),
        ];
        let orders = CourtOrderEventView::all_of(height);
        rest.extend(orders.iter().map(|order| self.words("court_order", order)));
        Told { mined: self.mined_words(&BlockMinedView::of(height, &*names)), rest }
    }

    fn words(&self, event: &'static str, view: &impl Serialize) -> Words {
        (self.wording)(event, &serde_json::to_value(view).unwrap_or_default())
    }
}

/// A listener's place among the heights.
pub(crate) struct Blocks {
    herald: Arc<Herald>,
    /// The last height that was told.
    after: Height,
    newest: watch::Receiver<Height>,
    mined: broadcast::Receiver<Mined>,
    announced: Option<PublicHash>,
    due: VecDeque<Words>,
}

impl Blocks {
    /// The last height that was told, or before which nothing is told.
    pub const fn after(&self) -> Height {
        self.after
    }

    /// Returns when there may be more.
    pub async fn more(&mut self) {
        if !self.due.is_empty() {
            return;
        }
        tokio::select! {
            changed = self.newest.changed() => if changed.is_err() { std::future::pending().await },
            mined = self.mined.recv() => match mined {
                Ok(mined) => self.announce(&mined),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            },
        }
    }

    /// Returns when a height can be told.
    pub async fn reached(&mut self, height: Height) {
        // The herald lives as long as this place.
        let _ = self.newest.wait_for(|newest| *newest >= height).await;
    }

    /// The next words; `None` if all is told.
    pub async fn next(&mut self) -> Option<Words> {
        while let Ok(mined) = self.mined.try_recv() {
            self.announce(&mined);
        }
        if self.due.is_empty() && self.after < *self.newest.borrow_and_update() {
            self.take_height().await;
        }
        self.due.pop_front()
    }

    /// What was mined before this place was taken, or is final already, is told with its height.
    fn announce(&mut self, mined: &Mined) {
        if self.announced != Some(mined.hash) {
            self.announced = Some(mined.hash);
            self.due.push_back(mined.words.clone());
        }
    }

    async fn take_height(&mut self) {
        let (next, newest) = (self.after.next(), *self.newest.borrow());
        let told = match newest.0 - next.0 > self.herald.context.limits.lag_heights_max {
            true => None,
            false => self.herald.told(next).await.ok(),
        };
        let Some(told) = told else { return self.skip_to(newest) };
        self.after = next;
        self.announce(&told.mined);
        self.due.extend(told.rest.iter().cloned());
    }

    /// The heights up to the newest cannot be told: they are not kept, or there are too many.
    fn skip_to(&mut self, newest: Height) {
        let (from, to) = (self.after.next().0, newest.0);
        let (stream, oldest, last) = ("blocks".to_owned(), newest.next().0, newest.0);
        self.after = newest;
        let missed = MissedView { stream, from, to, oldest, last };
        self.due.push_back(self.herald.words("events_missed", &missed));
    }
}
