//! A bank's own rules: they may make it reject a transaction that involves it, never another's.

use idx_chain::State;
use idx_types::PreparedTx;

/// Local policy (limits, screening, risk): asked only where the bank is involved.
pub trait Policy: Send + Sync {
    /// Whether the bank accepts the transaction. Must not depend on anything but its arguments and
    /// the bank's own lists.
    fn accepts(&self, state: &State, tx: &PreparedTx) -> bool;
}

/// The policy of a bank without rules of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct AcceptAll;

impl Policy for AcceptAll {
    fn accepts(&self, _: &State, _: &PreparedTx) -> bool {
        true
    }
}
