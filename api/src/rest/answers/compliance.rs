//! Of flags.

use super::values::{CursorText, DirectionName, FlagText, Words};
use crate::rest::schema::{objects, words};
use idx_client::encoding::Time;
use idx_types::{Idx, Paise, TxId};

words! {
    /// What a flag is on.
    FlagKind { "customer", "transfer", "travel" }
    /// Why it was raised.
    RiskReason {
        "HIGH_VALUE", "VELOCITY_1H", "VELOCITY_24H", "VELOCITY_7D", "STRUCTURING", "SANCTIONS_LIST",
    }
}

objects! {
    /// What moved: a transfer, or rupees that left for a travel account.
    FlaggedTransfer { tx_hash: TxId, direction: DirectionName, amount: Paise }
    /// What somebody found.
    Clearing { by: Words, at: Time, note: Words }
    /// What the bank's risk rules found remarkable. It stops nothing.
    RiskFlag {
        id: FlagText,
        at: Time,
        kind: FlagKind,
        customer_idx: Idx,
        transfer: Option<FlaggedTransfer>,
        score: u64,
        reasons: Vec<RiskReason>,
        cleared: Option<Clearing>,
    }
    /// A page of flags.
    FlagPage { count: usize, flags: Vec<RiskFlag>, next_cursor: Option<CursorText> }
    /// A flag that somebody has looked at.
    FlagCleared { message: Words, flag: RiskFlag }
}
