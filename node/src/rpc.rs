//! The nodes of a test network as clients see them: a glance for people, and the doors for paying.

use crate::pay::network::{Answer, BankFacts, Door, Facts, FinalBlock, Network, Unreachable};
use futures::future::join_all;
use futures::stream::{self, StreamExt, TryStreamExt};
use idx_client::encoding::{BlockTag, Bytes};
use idx_client::views::{BankTag, BlockView, SendResultView, ValidatorView};
use idx_client::{ClientError, ClientSettings, IdxClient};
use idx_crypto::{HpkePublic, UnsoundKey};
use idx_types::{AccountReading, Currency, Height, NetworkKey, Paise, PrivateHash};
use serde::Serialize;
use serde_json::json;
use std::future::Future;
use std::time::{Duration, Instant};

/// A node that is up answers a glance well within this.
const GLANCE_TIMEOUT: Duration = Duration::from_secs(3);

/// Longest answer that is waited for while paying.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

/// How often a block that is not there yet is asked for.
const BLOCK_EVERY: Duration = Duration::from_millis(10);

/// When no node has answered for this long, the network is down.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Calls under way at a time while accounts are looked up.
const LOOKUPS_MAX: usize = 32;

/// How long a node may lag behind the others before it is not waited for.
const LAG_MAX: Duration = Duration::from_secs(5);

impl From<ClientError> for Unreachable {
    fn from(error: ClientError) -> Self {
        Self(error.to_string())
    }
}

impl From<UnsoundKey> for Unreachable {
    fn from(error: UnsoundKey) -> Self {
        Self(error.to_string())
    }
}

/// What a node says of itself, in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Glance {
    /// Its newest final height.
    pub height: u64,
    /// Nodes it is connected to.
    pub peers: usize,
    /// What it waits for, if anything.
    pub waits_for: Option<String>,
}

/// Where a node serves JSON-RPC.
pub fn endpoint(url: &str) -> String {
    format!("{url}/rpc")
}

fn client(url: &str, timeout: Duration) -> Result<IdxClient, Unreachable> {
    let settings = ClientSettings { attempts_max: 1, request_timeout: timeout, ..ClientSettings::default() };
    Ok(IdxClient::new(&endpoint(url), settings)?)
}

/// Asks a node for a glance.
///
/// # Errors
/// It does not answer.
pub async fn glance(url: &str) -> Result<Glance, Unreachable> {
    let client = client(url, GLANCE_TIMEOUT)?;
    let height = client.block_number().await?;
    let peers = client.peers().await?.iter().filter(|peer| peer.connected).count();
    let waiting = client.consensus().await?.waiting;
    let waits_for = waiting.map(|waiting| format!("{}{}", waiting.what, of_banks(&waiting.banks)));
    Ok(Glance { height: height.0, peers, waits_for })
}

/// The private block that a node has at a height.
///
/// # Errors
/// It does not answer, or is not there yet.
pub async fn private_hash(url: &str, height: Height) -> Result<PrivateHash, Unreachable> {
    let header = client(url, GLANCE_TIMEOUT)?.private_header(BlockTag::Number(height)).await?;
    header.map(|header| header.hash.0).ok_or_else(|| Unreachable(format!("{url} has no height {height}")))
}

/// ` of A, B`, or nothing.
pub fn of_banks(banks: &[BankTag]) -> String {
    if banks.is_empty() { String::new() } else { format!(" of {}", bank_names(banks)) }
}

/// The banks' codes, separated by commas.
pub fn bank_names(banks: &[BankTag]) -> String {
    banks.iter().map(bank_name).collect::<Vec<_>>().join(", ")
}

/// A bank's code, or its number where the node does not know the code.
pub fn bank_name(bank: &BankTag) -> String {
    bank.code.as_ref().map_or_else(|| bank.id.to_string(), ToString::to_string)
}

/// The libp2p name of a network key.
pub fn peer_id(key: &NetworkKey) -> String {
    idx_p2p::peer_id_of(key).map_or_else(|_| key.to_string(), |peer| peer.to_base58())
}

/// The nodes of a network, one door each, in the order of the banks' numbers.
#[derive(Debug)]
pub struct RpcNetwork {
    doors: Vec<IdxClient>,
}

impl RpcNetwork {
    /// Doors at these URLs.
    ///
    /// # Errors
    /// A URL is none.
    pub fn new(urls: &[String]) -> Result<Self, Unreachable> {
        let doors = urls.iter().map(|url| client(url, CALL_TIMEOUT)).collect::<Result<_, _>>()?;
        Ok(Self { doors })
    }

    /// Asks one node after the other until one answers; from the first again, for as long as
    /// [`SILENCE_MAX`].
    async fn any<'a, T, F>(&'a self, ask: impl Fn(&'a IdxClient) -> F) -> Result<T, Unreachable>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let began = Instant::now();
        loop {
            let mut last = None;
            for door in &self.doors {
                match ask(door).await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => last = Some(error),
                }
            }
            if began.elapsed() > SILENCE_MAX {
                return Err(last.map_or_else(|| Unreachable("there are no doors".to_owned()), Into::into));
            }
            tokio::time::sleep(BLOCK_EVERY).await;
        }
    }
}

/// What an account holds; `None` where the node knows nothing of it, or not its session.
async fn balance(door: &IdxClient, reading: &AccountReading) -> Result<Option<Paise>, ClientError> {
    match door.account(reading).await {
        Ok(account) => Ok(Some(account.balance)),
        Err(error) if error.is_not_owner() => Ok(None),
        Err(error) => Err(error),
    }
}

impl Network for RpcNetwork {
    async fn facts(&self) -> Result<Facts, Unreachable> {
        let chain_id = self.any(|door| door.chain_id()).await?;
        let params = self.any(|door| door.parameters()).await?.parameters;
        let set = self.any(|door| door.validator_set(BlockTag::Latest)).await?;
        let set = set.ok_or_else(|| Unreachable("the node has no banks to show".to_owned()))?;
        let banks = set.banks.into_iter().map(bank_facts).collect::<Result<_, _>>()?;
        let escrow = self.any(|door| door.escrow()).await?.to_escrow()?;
        Ok(Facts { chain_id, params, banks, escrow })
    }

    async fn balances(&self, readings: &[AccountReading]) -> Result<Vec<Option<Paise>>, Unreachable> {
        let ask = |reading: AccountReading| async move { self.any(|door| balance(door, &reading)).await };
        stream::iter(readings.to_vec()).map(ask).buffered(LOOKUPS_MAX).try_collect().await
    }

    async fn submit(&self, door: Door, transactions: Vec<Vec<u8>>) -> Result<Vec<Answer>, Unreachable> {
        let raws: Vec<Bytes> = transactions.into_iter().map(Bytes).collect();
        let call = self.doors[door].call("idx_sendRawTransactions", json!({"raws": raws}));
        let results: Vec<SendResultView> = call.await?;
        Ok(results.into_iter().map(answer).collect())
    }

    async fn height(&self) -> Result<Height, Unreachable> {
        self.any(|door| door.block_number()).await
    }

    async fn all_reach(&self, height: Height) {
        let began = Instant::now();
        let reach = |door: &'_ IdxClient| {
            let door = door.clone();
            async move {
                while began.elapsed() < LAG_MAX && door.block_number().await.is_ok_and(|tip| tip < height) {
                    tokio::time::sleep(BLOCK_EVERY).await;
                }
            }
        };
        join_all(self.doors.iter().map(reach)).await;
    }

    async fn block(&self, height: Height) -> Result<FinalBlock, Unreachable> {
        loop {
            let block = self.any(|door| door.block(BlockTag::Number(height), false)).await?;
            match block {
                Some(block) => return Ok(final_block(&block)),
                None => tokio::time::sleep(BLOCK_EVERY).await,
            }
        }
    }

    async fn total(&self) -> Result<u128, Unreachable> {
        let totals = self.any(|door| door.totals()).await?;
        let rupees = totals.currencies.iter().find(|total| total.currency == Currency::Inr);
        Ok(rupees.map_or(0, |total| u128::from(total.counted.0)))
    }
}

fn bank_facts(bank: ValidatorView) -> Result<BankFacts, UnsoundKey> {
    Ok(BankFacts { id: bank.id, code: bank.code, hpke_key: HpkePublic::new(bank.hpke_key.0.0)? })
}

fn answer(result: SendResultView) -> Answer {
    match result {
        SendResultView::Accepted(_) => Answer::Taken,
        SendResultView::Refused { reason, .. } => Answer::Refused(reason.code.code().to_owned()),
    }
}

fn final_block(block: &BlockView) -> FinalBlock {
    let pairs = block.transactions.iter().zip(&block.outcomes);
    let outcomes = pairs.map(|(hash, outcome)| (hash.0, outcome.0)).collect();
    FinalBlock { height: block.header.height, outcomes }
}
