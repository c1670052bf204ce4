//! One run: opens and funds what the payments need, pays a chunk at a time, keeps the summary.

use super::identity::{NotSealed, Sealer};
use super::network::{Facts, Network, Unreachable};
use super::now;
use super::plan::{self, Maker, Member, Members};
use super::row::{Payment, Payments, RefusedLine};
use super::settle::{Pace, settle};
use super::summary::{FailedPayment, Summary, rupees};
use super::track::{Ending, Job};
use super::wallet::Wallet;
use crate::progress::Progress;
use idx_crypto::Signer;
use idx_types::{AccountReading, Height, NetworkDay, Paise, Transaction};
use std::time::Instant;

/// Most payments signed ahead of being sent.
const CHUNK_MAX: usize = 5_000;

/// At a given pace no more is signed ahead than is sent in this time, so that nothing expires waiting.
const CHUNK_SECONDS: usize = 60;

/// How far back the height is that readings name, so that a node that lags knows it too.
const HEIGHTS_BACK: u64 = 50;

/// Refusals that say that what was to be prepared is there.
const THERE_ALREADY: [&str; 2] = ["ACCOUNT_EXISTS", "SESSION_EXISTS"];

/// Whom the tool plays.
#[derive(Clone, Copy)]
pub struct Cast<'a> {
    /// The banks' consensus keys, by door.
    pub banks: &'a [&'a dyn Signer],
    /// All customers.
    pub wallet: &'a Wallet,
    /// Fresh random bytes, for this run alone.
    pub entropy: &'a [u8; 32],
}

/// Why a run ends before its payments do.
#[derive(Debug, thiserror::Error)]
pub enum PayError {
    /// The network stopped answering.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// Whose the accounts are cannot be sealed.
    #[error(transparent)]
    NotSealed(#[from] NotSealed),
}

/// Settles the payments of a file.
///
/// # Errors
/// [`PayError`]; payments may have settled by then.
pub async fn pay<N: Network>(
    network: &N,
    cast: Cast<'_>,
    payments: Payments,
    pace: Pace,
) -> Result<Summary, PayError> {
    let facts = network.facts().await?;
    let (rows, refused) = payable(&facts, payments);
    let total_before = rupees(network.total().await?);
    let summary = Summary { payments: rows.len(), refused, total_before, ..Summary::default() };
    let members = plan::members(&rows, &facts, cast.wallet);
    let (nonce, sealer) = (fresh_nonce(), Sealer::new(cast.entropy));
    let mut payer = Payer { network, cast, facts, members, pace, summary, ready: None, nonce, sealer };
    payer.prepare().await?;
    payer.pay_all(&rows).await?;
    payer.summary.total_after = rupees(network.total().await?);
    Ok(payer.summary)
}

/// Sets apart the payments that the ledger would refuse whatever the balances.
fn payable(facts: &Facts, payments: Payments) -> (Vec<Payment>, Vec<RefusedLine>) {
    let Payments { mut rows, mut refused } = payments;
    rows.retain(|row| match plan::refusal(&facts.params, row) {
        Some(reason) => {
            refused.push(RefusedLine { line: row.line, reason });
            false
        }
        None => true,
    });
    refused.sort_by_key(|refused| refused.line);
    (rows, refused)
}

/// Two runs that start in different milliseconds never share a nonce.
fn fresh_nonce() -> u64 {
    now().0 << 20
}

/// A run under way.
struct Payer<'a, N> {
    network: &'a N,
    cast: Cast<'a>,
    facts: Facts,
    members: Members,
    pace: Pace,
    summary: Summary,
    /// The day whose sessions are open.
    ready: Option<NetworkDay>,
    nonce: u64,
    sealer: Sealer<'a>,
}

impl<N: Network> Payer<'_, N> {
    /// Opens the accounts that are not there and all sessions, then funds the accounts. What an account holds
    /// is told in its session alone: whoever has none today counts as missing, and is there already at worst.
    async fn prepare(&mut self) -> Result<(), PayError> {
        let members: Vec<Member> = self.members.values().cloned().collect();
        let balances = self.balances(&members).await?;
        let missing = members.iter().zip(&balances).filter(|(_, balance)| balance.is_none());
        let missing: Vec<Member> = missing.map(|(member, _)| member.clone()).collect();
        let jobs = self.make(|maker| {
            missing.iter().map(|member| Ok((member.door, maker.open_account(member)?))).collect()
        })?;
        self.summary.accounts_opened = self.set_up("opening accounts", jobs).await?;
        self.open_sessions().await?;

        let balances = self.balances(&members).await?;
        let funds = members.iter().zip(balances.into_iter().map(Option::unwrap_or_default));
        let funds: Vec<(&Member, Paise)> = funds.collect();
        let jobs = self.make(|maker| {
            let deposits = |(member, balance): &(&Member, Paise)| {
                let made = maker.deposits(member, *balance);
                made.into_iter().map(|tx| (member.door, tx)).collect::<Vec<_>>()
            };
            Ok(funds.iter().flat_map(deposits).collect())
        })?;
        self.summary.deposits = self.set_up("making deposits", jobs).await?;
        Ok(())
    }

    async fn balances(&self, members: &[Member]) -> Result<Vec<Option<Paise>>, Unreachable> {
        let known = Height(self.network.height().await?.0.saturating_sub(HEIGHTS_BACK));
        let (chain, day) = (self.facts.chain_id, NetworkDay::of(now()));
        let reading = |member: &Member| {
            let session = self.cast.wallet.session(&member.handle, day);
            AccountReading::new(chain, (member.handle, session.id), known, &session.key)
        };
        let readings: Vec<_> = members.iter().map(reading).collect();
        self.network.balances(&readings).await
    }

    /// Opens today's sessions of all members. Those that an earlier run opened are refused as existing,
    /// which is as good.
    async fn open_sessions(&mut self) -> Result<(), PayError> {
        let day = NetworkDay::of(now());
        if self.ready == Some(day) {
            return Ok(());
        }
        let members: Vec<Member> = self.members.values().cloned().collect();
        let jobs = self.make(|maker| {
            members.iter().map(|member| Ok((member.door, maker.open_session(member)?))).collect()
        })?;
        self.summary.sessions_opened += self.set_up("opening sessions", jobs).await?;
        self.ready = Some(day);
        Ok(())
    }

    /// Settles transactions that prepare the payments, as fast as the network takes them. Says how many
    /// settled; those that did not are counted in the summary.
    async fn set_up(&mut self, what: &str, jobs: Vec<Job>) -> Result<usize, Unreachable> {
        if jobs.is_empty() {
            return Ok(0);
        }
        let mut progress = Progress::new(what, jobs.len() as u64);
        let pace = Pace { rate: None, ..self.pace };
        let endings = settle(self.network, self.facts.banks.len(), jobs, pace, &mut progress).await?;
        progress.finish("");
        self.network.all_reach(self.network.height().await?).await;
        let mut settled = 0;
        for ending in endings.into_iter().flatten() {
            match ending {
                Ending::Completed { .. } => settled += 1,
                Ending::Failed(code) if THERE_ALREADY.contains(&code.as_str()) => {}
                Ending::Failed(code) => *self.summary.setup_failed.entry(code).or_default() += 1,
            }
        }
        Ok(settled)
    }

    async fn pay_all(&mut self, rows: &[Payment]) -> Result<(), PayError> {
        let mut progress = Progress::new("payments", rows.len() as u64);
        let began = Instant::now();
        let mut finality_ms = Vec::new();
        for chunk in rows.chunks(self.chunk_len()) {
            self.open_sessions().await?;
            let endings = self.pay_chunk(chunk, &mut progress).await?;
            chunk.iter().zip(endings).for_each(|(row, ending)| self.note(row, ending, &mut finality_ms));
        }
        self.summary.payments_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.summary.settled = finality_ms.len();
        self.summary.set_times(finality_ms);
        progress.finish(&format!("{} settled", self.summary.settled));
        Ok(())
    }

    fn chunk_len(&self) -> usize {
        let paced = |rate: u32| (rate as usize).saturating_mul(CHUNK_SECONDS);
        self.pace.rate.map_or(CHUNK_MAX, paced).clamp(1, CHUNK_MAX)
    }

    async fn pay_chunk(
        &mut self,
        rows: &[Payment],
        progress: &mut Progress,
    ) -> Result<Vec<Option<Ending>>, PayError> {
        let members = std::mem::take(&mut self.members);
        let jobs = self.make(|maker| {
            let transfer = |row: &Payment| {
                let tx = maker.transfer(row, &members).expect("a payable row's fee and members are known");
                (members[&row.sender].door, tx)
            };
            Ok(rows.iter().map(transfer).collect())
        });
        self.members = members;
        Ok(settle(self.network, self.facts.banks.len(), jobs?, self.pace, progress).await?)
    }

    fn note(&mut self, row: &Payment, ending: Option<Ending>, finality_ms: &mut Vec<u64>) {
        match ending {
            Some(Ending::Completed { finality_ms: ms }) => finality_ms.push(ms),
            Some(Ending::Failed(reason)) => {
                self.summary.failed.push(FailedPayment { line: row.line, payment_id: row.id.clone(), reason })
            }
            None => {}
        }
    }

    /// Makes transactions at this moment, each with its door, ready to be sent.
    fn make(
        &mut self,
        make: impl FnOnce(&mut Maker<'_, '_>) -> Result<Vec<(usize, Transaction)>, NotSealed>,
    ) -> Result<Vec<Job>, NotSealed> {
        let mut maker = Maker {
            facts: &self.facts,
            banks: self.cast.banks,
            wallet: self.cast.wallet,
            now: now(),
            nonce: self.nonce,
            sealer: &mut self.sealer,
        };
        let made = make(&mut maker);
        self.nonce = maker.nonce;
        Ok(made?.into_iter().map(|(door, tx)| job(door, &tx)).collect())
    }
}

fn job(door: usize, tx: &Transaction) -> Job {
    let bytes = borsh::to_vec(tx).expect("writing borsh to memory cannot fail");
    Job { hash: tx.hash(), bytes, door }
}
