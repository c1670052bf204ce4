//! `RotateChainKey`: a new key of the private chain, wrapped for each bank (documents 4.1 and 4.4).

use super::{Plan, Record, signed_by_bank};
use crate::draft::Draft;
use idx_types::chain_key::WRAP_BYTES;
use idx_types::tx::RotateChainKey;
use idx_types::{Reason, TxSignature};

/// Any bank may, when it is due: whose turn it is banks settle among themselves, and two that come
/// together have one key between them, that of the first.
pub(super) fn plan(draft: &Draft<'_>, ask: &RotateChainKey, by: &[TxSignature]) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let keys = &draft.registries().chain_keys;
    if keys.due_since().is_none() {
        return Err(Reason::RotationNotDue);
    }
    let banks = draft.base.validators.banks().iter().map(|bank| &bank.id);
    let fits = Some(ask.epoch) == keys.newest().checked_add(1)
        && ask.wraps.keys().eq(banks)
        && ask.wraps.values().all(|wrap| wrap.sealed.len() == WRAP_BYTES);
    if !fits {
        return Err(Reason::BadChainKey);
    }
    Ok(Plan::record(Record::ChainKey(Box::new(ask.clone()))))
}

#[cfg(test)]
mod tests;
