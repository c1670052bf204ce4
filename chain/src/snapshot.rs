//! The whole state as plain data, and the way back from it, which believes nothing.

use crate::difficulty::Work;
use crate::registries::Registries;
use crate::replay::{BucketHead, ReplayWindow};
use crate::state::{State, Tip};
use crate::system::index_system;
use crate::table::Table;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Ed25519, Hash32, Verifier};
use idx_types::{
    Account, BankId, ChainId, Currency, Params, Session, StateParts, TimestampMs, TxId, ValidatorSet,
};
use std::sync::Arc;

/// The state without its long lists: small enough to be written whole at every height.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct CoreState {
    /// The network.
    pub chain_id: ChainId,
    /// The last height. Its hashes and time are not under the root; a certified header vouches for them.
    pub tip: Tip,
    /// Parameters of the next height.
    pub params: Params,
    /// Banks of the next height.
    pub validators: ValidatorSet,
    /// Proposals, offences, bank numbers, money issued.
    pub registries: Registries,
    /// Hours of remembered ids.
    pub settled: Vec<BucketHead>,
    /// Difficulty of the next height and search times.
    pub work: Work,
    /// How many accounts there are.
    pub accounts: u64,
    /// How many sessions there are.
    pub sessions: u64,
    /// The state root.
    pub root: Hash32,
}

/// A whole state as plain data.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Snapshot {
    /// All but the lists.
    pub core: CoreState,
    /// In order of their numbers.
    pub accounts: Vec<Account>,
    /// In order of their numbers.
    pub sessions: Vec<Session>,
    /// Remembered ids: within an hour of `valid_until` in order of settling; hours in any order. Ids
    /// that the window has let go may still be there and are passed over.
    pub settled: Vec<(TimestampMs, TxId)>,
}

/// Why a snapshot is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// A list is longer or shorter than the core says.
    #[error("the snapshot has {have} {what}, its core says {need}: parts of different heights?")]
    Count {
        /// Accounts or sessions.
        what: &'static str,
        /// Rows there.
        have: u64,
        /// Rows expected.
        need: u64,
    },
    /// Two rows have one name.
    #[error("two {what} of the snapshot have the name {name}")]
    Duplicate {
        /// Accounts or sessions.
        what: &'static str,
        /// The name.
        name: Hash32,
    },
    /// A bank has no system accounts.
    #[error("the snapshot has no system accounts of {0}")]
    NoSystemAccounts(BankId),
    /// Money is missing or too much.
    #[error("the snapshot holds {have} minor units of {currency}, {issued} were issued")]
    Money {
        /// The currency.
        currency: Currency,
        /// Sum of balances.
        have: u128,
        /// Issued at genesis.
        issued: u128,
    },
    /// The content is not what the root stands for.
    #[error(
        "the snapshot's content has state root {computed}, its core says {stated}: it is damaged or forged"
    )]
    Root {
        /// Worked out from the content.
        computed: Hash32,
        /// Written in the core.
        stated: Hash32,
    },
}

impl State {
    /// All but the long lists.
    pub fn snapshot_core(&self) -> CoreState {
        CoreState {
            chain_id: self.chain_id,
            tip: self.tip,
            params: self.params.clone(),
            validators: (*self.validators).clone(),
            registries: self.registries.clone(),
            settled: self.replay.heads(),
            work: self.work.clone(),
            accounts: self.accounts.len(),
            sessions: self.sessions.len(),
            root: self.root(),
        }
    }

    /// The whole state as plain data. Copies everything.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            core: self.snapshot_core(),
            accounts: self.accounts.rows().to_vec(),
            sessions: self.sessions.rows().to_vec(),
            settled: self.replay.settled(),
        }
    }

    /// The state of a snapshot, with strict Ed25519 as the signature rule. Everything under the root is
    /// worked out again; whether the root and the tip are the network's is for the caller to check
    /// against a certified header, unless the snapshot is this node's own.
    ///
    /// # Errors
    /// [`RestoreError`] names what does not fit.
    pub fn restore(snapshot: Snapshot) -> Result<Self, RestoreError> {
        Self::restore_with(snapshot, Arc::new(Ed25519))
    }

    /// [`State::restore`] with another signature rule, for simulation.
    ///
    /// # Errors
    /// [`RestoreError`] names what does not fit.
    pub fn restore_with(snapshot: Snapshot, verifier: Arc<dyn Verifier>) -> Result<Self, RestoreError> {
        let Snapshot { core, accounts, sessions, settled } = snapshot;
        check_count("accounts", accounts.len(), core.accounts)?;
        check_count("sessions", sessions.len(), core.sessions)?;
        let accounts = table("accounts", accounts)?;
        let mut state = Self {
            chain_id: core.chain_id,
            tip: core.tip,
            params: core.params,
            validators: Arc::new(core.validators),
            system: index_system((0u64..).zip(accounts.rows())),
            accounts,
            sessions: table("sessions", sessions)?,
            registries: core.registries,
            replay: ReplayWindow::from_settled(&still_remembered(settled, &core.settled)),
            work: core.work,
            parts: StateParts::default(),
            verifier,
        };
        state.parts = state.parts_from_scratch();
        state.check_restored(core.root)?;
        Ok(state)
    }

    fn check_restored(&self, stated: Hash32) -> Result<(), RestoreError> {
        let computed = self.root();
        if computed != stated {
            return Err(RestoreError::Root { computed, stated });
        }
        if let Some(bank) = self.validators.banks().iter().find(|bank| !self.system.contains_key(&bank.id)) {
            return Err(RestoreError::NoSystemAccounts(bank.id));
        }
        for (currency, have) in self.recount() {
            let issued = self.issued().get(&currency).copied().unwrap_or(0);
            if have != issued {
                return Err(RestoreError::Money { currency, have, issued });
            }
        }
        Ok(())
    }
}

fn check_count(what: &'static str, have: usize, need: u64) -> Result<(), RestoreError> {
    let have = have as u64;
    if have == need { Ok(()) } else { Err(RestoreError::Count { what, have, need }) }
}

fn table<T: crate::table::Row>(what: &'static str, rows: Vec<T>) -> Result<Table<T>, RestoreError> {
    Table::from_rows(rows).map_err(|key| RestoreError::Duplicate { what, name: Hash32(key) })
}

/// Storage may keep ids a little longer than the window does.
fn still_remembered(mut settled: Vec<(TimestampMs, TxId)>, heads: &[BucketHead]) -> Vec<(TimestampMs, TxId)> {
    let first = heads.first().map_or(u64::MAX, |(hour, _, _)| *hour);
    settled.retain(|(valid_until, _)| valid_until.0 / crate::replay::BUCKET_MS >= first);
    settled
}

#[cfg(test)]
mod tests;
