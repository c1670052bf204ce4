//! `OpenAccount`: an empty rupee account at its home bank.

use super::{Plan, Record, signed_by_bank};
use crate::draft::Draft;
use idx_types::tx::OpenAccount;
use idx_types::{Account, AccountKind, Currency, FreezeState, Paise, Reason, TxSignature};

pub(super) fn plan(draft: &Draft<'_>, ask: &OpenAccount, by: &[TxSignature]) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    if ask.currency != Currency::Inr {
        return Err(Reason::CurrencyMismatch);
    }
    let handle = *ask.handle.shown()?;
    if draft.account(&handle).is_some() {
        return Err(Reason::AccountExists);
    }
    Ok(Plan::record(Record::Account(Account {
        handle,
        home_bank: ask.bank,
        kind: AccountKind::Customer,
        currency: ask.currency,
        balance: Paise::ZERO,
        freeze: FreezeState::Free,
        opened_at: draft.place.height,
        closed_at: None,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, handle};
    use idx_types::testing::concealed;
    use idx_types::{BankId, TxKind};

    fn ask(bank: u16, n: u64) -> TxKind {
        TxKind::OpenAccount(OpenAccount {
            bank: BankId(bank),
            handle: concealed(handle(n)),
            currency: Currency::Inr,
        })
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
        let dollars = OpenAccount { bank: BankId(0), handle: concealed(handle(2)), currency: Currency::Usd };
        let table = [
            (ask(9, 2), 0, Reason::UnknownBank),
            (ask(0, 2), 1, Reason::WrongSigner),
            (TxKind::OpenAccount(dollars), 0, Reason::CurrencyMismatch),
            (ask(0, 1), 0, Reason::AccountExists),
            (ask(1, 1), 1, Reason::AccountExists),
        ];
        for (kind, signer, reason) in table {
            world.refused(kind, signer, reason);
        }
    }
}
