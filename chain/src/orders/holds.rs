//! What orders freeze: an account stands still until the last order on it ends, and is then again as
//! its bank had it.

use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::{FreezeState, OrderId};
use std::collections::BTreeSet;

/// The freezes of one account that at least one order stopped.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub(super) struct Hold {
    /// The orders.
    pub orders: BTreeSet<OrderId>,
    /// The bank's own freeze under them.
    by_bank: Option<u16>,
}

impl Hold {
    /// No order yet, over what the bank had.
    pub const fn over(was: FreezeState) -> Self {
        let by_bank = match was {
            FreezeState::ByBank(reason) => Some(reason),
            FreezeState::Free | FreezeState::ByOrder(_) => None,
        };
        Self { orders: BTreeSet::new(), by_bank }
    }

    /// What the account shows: an order before the bank, of several orders the one of least id.
    pub fn shown(&self) -> FreezeState {
        match (self.orders.first(), self.by_bank) {
            (Some(order), _) => FreezeState::ByOrder(*order),
            (None, Some(reason)) => FreezeState::ByBank(reason),
            (None, None) => FreezeState::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_order_to_end_gives_back_what_the_bank_had() {
        let [first, second] = [1, 2].map(|n| OrderId([n; 32]));
        for was in [FreezeState::Free, FreezeState::ByBank(7)] {
            let mut hold = Hold::over(was);
            hold.orders.extend([second, first]);
            assert_eq!(hold.shown(), FreezeState::ByOrder(first));
            hold.orders.remove(&first);
            assert_eq!(hold.shown(), FreezeState::ByOrder(second));
            hold.orders.remove(&second);
            assert_eq!(hold.shown(), was);
        }
    }
}
