//! Checking the whole local chain again, from genesis, trusting nothing that was worked out before.
//!
//! ```text
//! genesis -> state 0 -> for each stored height: work, header, signatures of transactions, approval and
//!            commit certificates, outcomes and state root recomputed -> money recounted -> stored state
//! ```
//!
//! It does not share the code by which a node follows the chain: it says the rules a second time, so
//! that a slip in one place shows in the other.

mod check;

use crate::home::Home;
use crate::progress::Progress;
use check::{check_height, prepare};
use idx_chain::{Sealed, State};
use idx_genesis::SoundGenesis;
use idx_storage::{Store, StoreError, StoreOptions};
use idx_types::{Currency, Height};
use serde::Serialize;
use std::time::Instant;

/// Heights between two recounts of all balances; every block's own postings are summed in any case.
const RECOUNT_EVERY: u64 = 1_000;

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// The newest height that is sound.
    pub height: Height,
    /// Transactions in all sound heights.
    pub transactions: u64,
    /// Root of the state after it.
    pub state_root: String,
    /// All money by currency, recounted from every balance, with two places.
    pub money: Vec<(Currency, String)>,
    /// How long it took, milliseconds.
    pub took_ms: u64,
    /// What is wrong, and where; absent if nothing is.
    pub fault: Option<String>,
}

impl Report {
    /// The report for people.
    pub fn to_text(&self) -> String {
        let money: Vec<String> =
            self.money.iter().map(|(currency, sum)| format!("{sum} {currency}")).collect();
        let verdict = self.fault.as_deref().map_or("sound".to_owned(), |fault| format!("NOT SOUND: {fault}"));
        format!(
            "chain         {verdict}\nheight        {}\ntransactions  {}\nstate root    {}\nmoney         {}\ntook          {} ms",
            self.height,
            self.transactions,
            self.state_root,
            money.join(", "),
            self.took_ms,
        )
    }
}

/// Why nothing can be said about a chain.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The store cannot be read.
    #[error("the store: {0}")]
    Store(#[from] StoreError),
    /// The genesis makes no state.
    #[error("genesis: {0}")]
    Genesis(#[from] idx_chain::GenesisError),
    /// The node has never run.
    #[error("{0} holds no chain yet\n  what to do: start the node first")]
    Empty(String),
    /// The chain here begins in the middle.
    #[error(
        "the chain here begins at height {0}, so it cannot be replayed from genesis\n  what to do: verify on a node that has all heights"
    )]
    NoGenesis(Height),
}

/// Replays the chain of a home whose node does not run.
///
/// # Errors
/// [`VerifyError`] if nothing can be said; a fault in the chain is no error but part of the report.
pub fn run(home: &Home, genesis: &SoundGenesis) -> Result<Report, VerifyError> {
    let path = home.db();
    if !path.exists() {
        return Err(VerifyError::Empty(path.display().to_string()));
    }
    let store = Store::open(&path, &StoreOptions::new(genesis.chain_id()))?;
    let Some(stored) = store.tip() else { return Err(VerifyError::Empty(path.display().to_string())) };
    if let Some(base) = store.base().filter(|base| *base > Height(1)) {
        return Err(VerifyError::NoGenesis(base));
    }
    let mut replay = Replay::new(State::genesis(&genesis.to_spec())?);
    let fault = replay.all(&store, stored.height)?;
    Ok(replay.report(fault))
}

/// The chain as far as it was replayed.
struct Replay {
    state: State,
    issued: Vec<(Currency, u128)>,
    transactions: u64,
    began: Instant,
}

impl Replay {
    fn new(state: State) -> Self {
        let issued = state.recount();
        Self { state, issued, transactions: 0, began: Instant::now() }
    }

    /// Replays up to a height; says the first fault.
    fn all(&mut self, store: &Store, last: Height) -> Result<Option<String>, StoreError> {
        let mut progress = Progress::new("heights verified", last.0);
        while self.state.tip().height < last {
            let height = self.state.tip().height.next();
            if let Err(fault) = self.next(store, height)? {
                return Ok(Some(format!("height {height}: {fault}")));
            }
            progress.set(height.0, &format!("{} transactions", self.transactions));
        }
        progress.finish(&format!("{} transactions", self.transactions));
        if let Err(fault) = self.conservation() {
            return Ok(Some(format!("height {last}: {fault}")));
        }
        self.compare(store)
    }

    fn next(&mut self, store: &Store, height: Height) -> Result<Result<(), String>, StoreError> {
        let Some(certified) = store.certified(height)? else {
            return Ok(Err("it is missing from the store".to_owned()));
        };
        let prepared = prepare(&certified.public.transactions);
        let execution = match check_height(&self.state, &certified, &prepared) {
            Ok(execution) => execution,
            Err(fault) => return Ok(Err(fault)),
        };
        let header = &certified.private.header;
        let (public_hash, private_hash) = (header.public_hash, header.hash());
        self.state.commit(execution, Sealed { public_hash, private_hash, mining_ms: header.mining_ms });
        self.transactions += prepared.len() as u64;
        if height.0.is_multiple_of(RECOUNT_EVERY) { Ok(self.conservation()) } else { Ok(Ok(())) }
    }

    /// All balances, added up from scratch, are what genesis issued.
    fn conservation(&self) -> Result<(), String> {
        let now = self.state.recount();
        if now == self.issued {
            return Ok(());
        }
        Err(format!("money is not conserved: {:?} was issued, {now:?} is there, in paise", self.issued))
    }

    /// The state that the store keeps is the one that follows from the blocks.
    fn compare(&self, store: &Store) -> Result<Option<String>, StoreError> {
        let Some(snapshot) = store.load()? else { return Ok(Some("the store has no state".to_owned())) };
        let fault = match State::restore(snapshot) {
            Err(error) => Some(format!("the stored state: {error}")),
            Ok(stored) if stored.root() != self.state.root() || stored.tip() != self.state.tip() => {
                Some("the stored state is another than the blocks lead to".to_owned())
            }
            Ok(_) => None,
        };
        Ok(fault)
    }

    fn report(&self, fault: Option<String>) -> Report {
        let money = self.state.recount().into_iter();
        Report {
            height: self.state.tip().height,
            transactions: self.transactions,
            state_root: self.state.root().to_string(),
            money: money.map(|(currency, sum)| (currency, crate::pay::summary::rupees(sum))).collect(),
            took_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            fault,
        }
    }
}
