//! What paying needs of a running network, so that it can be tried without one.

use idx_crypto::HpkePublic;
use idx_types::{AccountReading, BankCode, BankId, ChainId, Escrow, Height, Outcome, Paise, Params, TxHash};
use std::future::Future;

/// A bank's node as a door to the network, by its place in [`Facts::banks`].
pub type Door = usize;

/// What stays the same during a run.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The network.
    pub chain_id: ChainId,
    /// The parameters in force.
    pub params: Params,
    /// The banks, by number; the place of each is its door.
    pub banks: Vec<BankFacts>,
    /// To whom identities are sealed, besides the home bank.
    pub escrow: Escrow,
}

/// A bank of the network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BankFacts {
    /// Its number.
    pub id: BankId,
    /// Its code.
    pub code: BankCode,
    /// Its own copy of an identity is sealed to this.
    pub hpke_key: HpkePublic,
}

/// What a node said to one transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It waits in the pool now, or did so before.
    Taken,
    /// It is not taken: a stable code of the ledger's reasons.
    Refused(String),
}

/// A final block, as far as paying looks at it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FinalBlock {
    /// Its height.
    pub height: Height,
    /// Every transaction and what became of it.
    pub outcomes: Vec<(TxHash, Outcome)>,
}

/// Why the network did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

/// A running network. Methods without a door ask any node that answers.
pub trait Network {
    /// What stays the same during a run.
    fn facts(&self) -> impl Future<Output = Result<Facts, Unreachable>>;

    /// Balances of accounts, asked for by their owners; `None` for those that are not open, or whose session
    /// is not.
    fn balances(
        &self,
        readings: &[AccountReading],
    ) -> impl Future<Output = Result<Vec<Option<Paise>>, Unreachable>>;

    /// Hands transactions, in borsh, to one node; one answer each.
    fn submit(
        &self,
        door: Door,
        transactions: Vec<Vec<u8>>,
    ) -> impl Future<Output = Result<Vec<Answer>, Unreachable>>;

    /// The newest final height.
    fn height(&self) -> impl Future<Output = Result<Height, Unreachable>>;

    /// Waits until every node that answers has this height.
    fn all_reach(&self, height: Height) -> impl Future<Output = ()>;

    /// The final block of a height; waits for it.
    fn block(&self, height: Height) -> impl Future<Output = Result<FinalBlock, Unreachable>>;

    /// The money of all accounts together, in paise.
    fn total(&self) -> impl Future<Output = Result<u128, Unreachable>>;
}
