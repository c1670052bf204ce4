//! One client: let in, then told what happens, as fast as it takes it.
//!
//! What is for everybody goes before what is its customer's own of the same height, so that a client sees
//! a block mined, agreed on and final, and then its transfer in it completed.

use super::admission::{Admitted, NotAdmitted, Wanted};
use super::packet::{self, DISCONNECT, PING};
use super::session::{Ends, Session};
use super::{EventLimits, Server};
use crate::context::Context;
use crate::news::{Blocks, NewsReader, Told, Words, names_of};
use crate::rest::Known;
use idx_bank::vault::{Holder, Status, Turn};
use idx_client::views::TransferEventView;
use idx_types::Height;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};

/// How long a customer's news wait for the block that they are of.
const BLOCK_PATIENCE: Duration = Duration::from_secs(2);

/// Characters that existing clients are shown of names and hashes.
const SHORT: usize = 16;

/// The client is gone, or there is nothing more for it.
struct Over;

/// The way to a client.
struct Outbox<'a> {
    queue: mpsc::Sender<Words>,
    session: &'a Session,
    limits: &'a EventLimits,
    ping_at: Instant,
}

impl Outbox<'_> {
    /// Queues an event; waits while the queue is full, but not for ever.
    async fn send(&mut self, words: Words) -> Result<(), Over> {
        self.beat().await?;
        self.put(words).await
    }

    async fn put(&self, words: Words) -> Result<(), Over> {
        tokio::select! {
            sent = self.queue.send_timeout(words, self.limits.write_timeout) => sent.map_err(|_| Over),
            () = self.session.gone() => Err(Over),
        }
    }

    /// Asks when it is time whether the client lives; one that did not answer the last time does not.
    async fn beat(&mut self) -> Result<(), Over> {
        if Instant::now() < self.ping_at {
            return Ok(());
        }
        self.ping_at = Instant::now() + self.limits.ping_interval;
        if !self.session.was_alive() {
            return Err(Over);
        }
        self.put(PING.into()).await
    }
}

/// Attends to a client until it is gone, is refused, or its login is over.
pub(super) async fn attend(server: &Server, session: &Session, ends: Ends, wanted: Wanted) {
    let Ends { queue, connect } = ends;
    let limits = &server.limits;
    let ping_at = Instant::now() + limits.ping_interval;
    let mut outbox = Outbox { queue, session, limits, ping_at };
    let said = tokio::select! {
        said = tokio::time::timeout(limits.connect_timeout, connect) => said.ok().and_then(Result::ok),
        () = session.gone() => None,
    };
    let Some(said) = said else { return };
    // Ending is no error: there is nobody left to tell.
    let _ = match server.admit(said, wanted).await {
        Ok(admitted) => tell(server, &mut outbox, admitted).await,
        Err(NotAdmitted { code, message }) => outbox.put(packet::refused(code, message)).await,
    };
}

/// Greets a client that was let in, and tells it everything.
async fn tell(server: &Server, outbox: &mut Outbox<'_>, admitted: Admitted) -> Result<(), Over> {
    let Admitted { known, wanted, _seat } = admitted;
    let context = &server.context;
    let news = match known.caller.holder {
        Holder::Customer(idx) => {
            let opened = NewsReader::open(context.clone(), idx, wanted.since, wanted.stream.as_deref());
            Some(opened.await.map_err(|_| Over)?)
        }
        Holder::Clerk(_) | Holder::Officer(..) => None,
    };
    let blocks = server.herald.listen(wanted.since_height);
    let id = server.random_name().map_err(|_| Over)?;
    let hello = greeting(&known, &id, news.as_ref(), blocks.after());
    outbox.put(packet::connected(&id)).await?;
    outbox.put(packet::event("connected", &hello)).await?;
    Listener { news, blocks, known, outbox }.run(context).await
}

/// `user` and `sid` as existing clients know them; the rest is where the streams begin.
fn greeting(known: &Known, sid: &str, news: Option<&NewsReader>, height: Height) -> Value {
    let user = match &known.caller.holder {
        Holder::Customer(idx) => short(&idx.to_string()),
        Holder::Clerk(_) | Holder::Officer(..) => known.caller.role().name().to_owned(),
    };
    json!({
        "user": user,
        "sid": sid,
        "stream": news.map(|news| &news.stream),
        "sequence": news.map(|news| news.after),
        "height": height,
    })
}

fn short(text: &str) -> String {
    let cut: String = text.chars().take(SHORT).collect();
    format!("{cut}...")
}

/// A client that listens.
struct Listener<'a, 'b> {
    news: Option<NewsReader>,
    blocks: Blocks,
    known: Known,
    outbox: &'a mut Outbox<'b>,
}

impl Listener<'_, '_> {
    async fn run(mut self, context: &Arc<Context>) -> Result<(), Over> {
        let mut checks = tokio::time::interval(self.outbox.limits.login_check);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.tell_blocks().await?;
            self.tell_news().await?;
            self.outbox.beat().await?;
            let (ping_at, session) = (self.outbox.ping_at, self.outbox.session);
            tokio::select! {
                () = session.gone() => return Err(Over),
                () = tokio::time::sleep_until(ping_at) => {}
                _ = checks.tick() => self.check(context).await?,
                () = self.blocks.more() => {}
                () = more(self.news.as_mut()) => {}
            }
        }
    }

    /// A login that is over ends what was connected by it. A vault that gives no answer ends nothing.
    async fn check(&mut self, context: &Arc<Context>) -> Result<(), Over> {
        if self.known.is_in(context).await.unwrap_or(true) {
            return Ok(());
        }
        self.outbox.put(packet::event("login_over", &json!({"code": "LOGIN_OVER"}))).await?;
        self.outbox.put(DISCONNECT.into()).await?;
        Err(Over)
    }

    async fn tell_blocks(&mut self) -> Result<(), Over> {
        while let Some(words) = self.blocks.next().await {
            self.outbox.send(words).await?;
        }
        Ok(())
    }

    async fn tell_news(&mut self) -> Result<(), Over> {
        loop {
            let Some(news) = self.news.as_mut() else { return Ok(()) };
            match news.next().await.map_err(|_| Over)? {
                None => return Ok(()),
                Some(Told::Missed(missed)) => {
                    let missed = serde_json::to_value(&missed).unwrap_or_default();
                    self.outbox.send(packet::event("events_missed", &missed)).await?;
                }
                Some(Told::Turn(told)) => self.tell_turn(&told.0, &told.1).await?,
            }
        }
    }

    async fn tell_turn(&mut self, turn: &Turn, told: &TransferEventView) -> Result<(), Over> {
        let settled = turn.height.filter(|_| turn.status.is_some_and(Status::is_final));
        if let Some(height) = settled.filter(|height| *height > self.blocks.after()) {
            let _ = tokio::time::timeout(BLOCK_PATIENCE, self.blocks.reached(height)).await;
            self.tell_blocks().await?;
        }
        let payload = serde_json::to_value(told).unwrap_or_default();
        for name in names_of(turn) {
            self.outbox.send(packet::event(name, &payload)).await?;
            if *name == "transaction_completed" && told.travel.is_none() {
                self.outbox.send(packet::event("tx_complete", &of_old(told, &payload))).await?;
            }
        }
        Ok(())
    }
}

/// The payload of `tx_complete` as existing clients know it; the whole hash stands beside the short one. They
/// know transfers alone, sent or received.
fn of_old(told: &TransferEventView, payload: &Value) -> Value {
    json!({
        "type": payload["direction"],
        "hash": short(&told.tx_hash.to_string()),
        "amount": told.amount,
        "tx_hash": told.tx_hash,
        "height": told.height,
        "stream": told.stream,
        "sequence": told.sequence,
    })
}

/// Returns when there may be news; never, where there are none.
async fn more(news: Option<&mut NewsReader>) {
    match news {
        Some(news) => news.more().await,
        None => std::future::pending().await,
    }
}
