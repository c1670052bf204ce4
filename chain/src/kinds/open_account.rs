//! `OpenAccount`: an empty rupee account at its home bank.

use super::{Plan, Record, check_identity, signed_by_bank};
use crate::draft::Draft;
use idx_types::tx::OpenAccount;
use idx_types::{Account, AccountKind, Currency, FreezeState, Paise, Reason, TimestampMs, TxSignature};

pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &OpenAccount,
    by: &[TxSignature],
    created_at: TimestampMs,
) -> Result<Plan, Reason> {
    let bank = signed_by_bank(draft, ask.bank, by)?;
    if ask.currency != Currency::Inr {
        return Err(Reason::CurrencyMismatch);
    }
    let handle = *ask.handle.shown()?;
    if draft.account(&handle).is_some() {
        return Err(Reason::AccountExists);
    }
    check_identity(draft, bank, &ask.identity, created_at)?;
    Ok(Plan::record(Record::Account(Account {
        handle,
        home_bank: ask.bank,
        kind: AccountKind::Customer,
        currency: ask.currency,
        balance: Paise::ZERO,
        freeze: FreezeState::Free,
        opened_at: draft.place.height,
        closed_at: None,
        travels: 0,
        terms: None,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, handle};
    use idx_types::testing::{concealed, envelope_of, open_account};
    use idx_types::{BankId, TxKind};

    fn ask(bank: u16, n: u64) -> TxKind {
        open_account(BankId(bank), handle(n))
    }

    #[test]
    fn opens_empty_and_numbered() {
        let mut world = World::new(6);
        let before = world.state.accounts().len();
        world.done(ask(2, 7), 2);
        let account = world.state.accounts()[before].clone();
        assert_eq!((account.handle, account.home_bank), (handle(7), BankId(2)));
        assert_eq!((account.balance, account.opened_at), (Paise::ZERO, world.state.tip().height));
        assert_eq!((account.kind, account.closed_at), (AccountKind::Customer, None));
    }

    #[test]
    fn refusals() {
        let mut world = World::new(6);
        world.done(ask(0, 1), 0);
        let TxKind::OpenAccount(rupees) = ask(0, 2) else { unreachable!() };
        let anothers = OpenAccount { identity: concealed(envelope_of(BankId(1))), ..rupees.clone() };
        let dollars = OpenAccount { currency: Currency::Usd, ..rupees };
        let table = [
            (ask(9, 2), 0, Reason::UnknownBank),
            (ask(0, 2), 1, Reason::WrongSigner),
            (TxKind::OpenAccount(dollars), 0, Reason::CurrencyMismatch),
            (ask(0, 1), 0, Reason::AccountExists),
            (ask(1, 1), 1, Reason::AccountExists),
            (TxKind::OpenAccount(anothers), 0, Reason::BadEnvelope),
        ];
        for (kind, signer, reason) in table {
            world.refused(kind, signer, reason);
        }
    }
}
