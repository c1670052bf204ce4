//! An open-loop load: transfers are due at a steady pace, whether or not the network keeps up.
//!
//! ```text
//! due times --every TICK--> batch -> idx_sendRawTransactions, the next of six nodes in turn
//! each node: finalizedHeads -> block -> the transfers handed to that node that it now shows as final
//! ```
//!
//! A latency counts from the moment at which the transfer was due, so that a sender that falls behind
//! makes the figures worse, never better; and until the very node that took it shows its block.

use anyhow::{Context, Result};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use idx_client::encoding::BlockTag;
use idx_client::views::{Cursor, EventBody, SendResultView, SubscribeTopic, TransactionFilter};
use idx_client::{ClientError, ClientSettings, IdxClient};
use idx_types::{Height, Outcome, Transaction, TxHash};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, sleep_until};

/// How often due transfers are handed in.
const TICK: Duration = Duration::from_millis(10);

/// Most transfers of one call; the nodes take at most 256.
const BATCH_MAX: usize = 200;

/// Most calls under way; with more, the sender waits and latencies show it.
const CALLS_MAX: usize = 64;

/// How long transfers may take to become final after the last was due.
const DRAIN: Duration = Duration::from_secs(60);

/// Blocks waiting to be looked at.
const BLOCKS_QUEUED_MAX: usize = 256;

/// What a load came to.
#[derive(Default, Debug)]
pub struct Loaded {
    /// Milliseconds from due to final, of every completed transfer.
    pub latencies_ms: Vec<f64>,
    /// Transfers that did not complete, by the code of the reason.
    pub failed: BTreeMap<String, u64>,
    /// From the first due time to the last finality.
    pub took: Duration,
    /// Heights that became final with transfers of the load in them, and the transfers of each.
    pub blocks: BTreeMap<Height, usize>,
}

/// A final block as one node shows it.
struct Shown {
    node: usize,
    at: Instant,
    height: Height,
    outcomes: Vec<(TxHash, Outcome)>,
}

struct Waiting {
    node: usize,
    due: Instant,
}

/// Hands in `transfers`, `rate` a second, and waits until they are final.
///
/// # Errors
/// A node's blocks cannot be followed.
pub async fn drive(urls: &[String], transfers: &[Transaction], rate: u32) -> Result<Loaded> {
    let clients = urls.iter().map(|url| client(url)).collect::<Result<Vec<_>>>()?;
    let mut blocks = watch_all(&clients).await?;
    let mut load = Load::new(&clients, transfers, rate);
    let mut calls = FuturesUnordered::new();
    let mut tick = interval(TICK);
    let end = load.due(transfers.len()) + DRAIN;
    while !load.is_done() {
        tokio::select! {
            _ = tick.tick() => while calls.len() < CALLS_MAX {
                let Some((node, batch)) = load.next_batch(Instant::now()) else { break };
                calls.push(hand_in(&clients[node], batch));
            },
            Some((batch, answers)) = calls.next() => load.answered(batch, answers),
            shown = blocks.recv() => load.shown(&shown.context("no node shows blocks any more")?),
            () = sleep_until(end) => break,
        }
    }
    Ok(load.finish())
}

fn client(url: &str) -> Result<IdxClient> {
    Ok(IdxClient::new(url, ClientSettings { attempts_max: 1, ..ClientSettings::default() })?)
}

type Answers = Result<Vec<SendResultView>, ClientError>;

async fn hand_in<'a>(client: &IdxClient, batch: &'a [Transaction]) -> (&'a [Transaction], Answers) {
    (batch, client.send_raw_transactions(batch).await)
}

/// Follows the final blocks of every node; each follower is ready when this returns.
async fn watch_all(clients: &[IdxClient]) -> Result<mpsc::Receiver<Shown>> {
    let (sender, blocks) = mpsc::channel(BLOCKS_QUEUED_MAX);
    for (node, client) in clients.iter().enumerate() {
        let since = Some(Cursor { height: client.block_number().await?, index: 0 });
        let topic = SubscribeTopic::FinalizedHeads;
        let mut heads = client.subscribe(topic, &TransactionFilter::default(), since).await?;
        let (client, sender) = (client.clone(), sender.clone());
        tokio::spawn(async move {
            while let Ok(Some(event)) = heads.next().await {
                let EventBody::FinalizedHead { header, .. } = event.event else { continue };
                let Ok(Some(block)) = client.block(BlockTag::Number(header.height), false).await else {
                    return;
                };
                let hashes = block.transactions.iter().map(|hash| hash.0);
                let outcomes = hashes.zip(block.outcomes.iter().map(|outcome| outcome.0)).collect();
                let shown = Shown { node, at: Instant::now(), height: header.height, outcomes };
                if sender.send(shown).await.is_err() {
                    return;
                }
            }
        });
    }
    Ok(blocks)
}

struct Load<'a> {
    nodes: usize,
    transfers: &'a [Transaction],
    rate: u32,
    began: Instant,
    /// Transfers handed in so far.
    sent: usize,
    turn: usize,
    waiting: HashMap<TxHash, Waiting>,
    last_final: Instant,
    loaded: Loaded,
}

impl<'a> Load<'a> {
    fn new(clients: &[IdxClient], transfers: &'a [Transaction], rate: u32) -> Self {
        let began = Instant::now();
        Self {
            nodes: clients.len(),
            transfers,
            rate: rate.max(1),
            began,
            sent: 0,
            turn: 0,
            waiting: HashMap::new(),
            last_final: began,
            loaded: Loaded::default(),
        }
    }

    /// When transfer `number` is due.
    fn due(&self, number: usize) -> Instant {
        self.began + Duration::from_secs_f64(number as f64 / f64::from(self.rate))
    }

    fn is_done(&self) -> bool {
        self.sent == self.transfers.len() && self.waiting.is_empty()
    }

    /// The next transfers that are due, and the node whose turn it is.
    fn next_batch(&mut self, now: Instant) -> Option<(usize, &'a [Transaction])> {
        let passed = now.duration_since(self.began).as_secs_f64();
        let due = (passed * f64::from(self.rate)) as usize + 1;
        let until = due.min(self.transfers.len()).min(self.sent + BATCH_MAX);
        let transfers = self.transfers;
        let batch = transfers.get(self.sent..until).filter(|batch| !batch.is_empty())?;
        let node = self.turn % self.nodes;
        for (number, transfer) in (self.sent..).zip(batch) {
            let due = self.due(number);
            self.waiting.insert(transfer.hash(), Waiting { node, due });
        }
        self.turn += 1;
        self.sent = until;
        Some((node, batch))
    }

    fn answered(&mut self, batch: &[Transaction], answers: Answers) {
        match answers {
            Ok(answers) => {
                for (transfer, answer) in batch.iter().zip(answers) {
                    if let SendResultView::Refused { reason, .. } = answer {
                        self.failed(&transfer.hash(), reason.code.code());
                    }
                }
            }
            // Lost calls may have arrived: the blocks or the end of the drain decide.
            Err(error) => eprintln!("a call of {} transfers failed: {error}", batch.len()),
        }
    }

    fn failed(&mut self, hash: &TxHash, code: &str) {
        if self.waiting.remove(hash).is_some() {
            *self.loaded.failed.entry(code.to_owned()).or_default() += 1;
        }
    }

    fn shown(&mut self, shown: &Shown) {
        for (hash, outcome) in &shown.outcomes {
            let Some(waiting) = self.waiting.get(hash) else { continue };
            if waiting.node != shown.node {
                continue;
            }
            match outcome {
                Outcome::Completed => self.completed(hash, shown),
                Outcome::Failed(reason) => self.failed(hash, reason.code()),
                Outcome::Deferred => {}
            }
        }
    }

    fn completed(&mut self, hash: &TxHash, shown: &Shown) {
        let Some(waiting) = self.waiting.remove(hash) else { return };
        let latency = shown.at.saturating_duration_since(waiting.due);
        self.loaded.latencies_ms.push(latency.as_secs_f64() * 1_000.0);
        self.last_final = self.last_final.max(shown.at);
        *self.loaded.blocks.entry(shown.height).or_default() += 1;
    }

    fn finish(mut self) -> Loaded {
        let unfinished = self.waiting.len() + self.transfers.len() - self.sent;
        if unfinished > 0 {
            self.loaded.failed.insert("NOT_FINAL_IN_TIME".to_owned(), unfinished as u64);
        }
        self.loaded.took = self.last_final.duration_since(self.began);
        self.loaded
    }
}
