//! What a clerk does with an account: cash over the counter, and letting it stand still.

use super::Desk;
use super::customers::{on_ledger, open_account};
use super::effect::{Answer, Effect};
use super::input::Counter;
use super::refusal::Refusal;
use super::sending::check_funds;
use super::work::{Stop, Work};
use idx_types::tx::{AccountRef, Cash, Freeze};
use idx_types::{AccountHandle, AccountKind, Concealed, FreezeState, Paise, TxKind};

impl Desk {
    /// Submits the bank's own transaction about an account.
    pub(super) fn counter(
        &self,
        work: &mut Work<'_>,
        handle: AccountHandle,
        what: Counter,
    ) -> Result<Answer, Stop> {
        let account = open_account(work, &handle)?;
        match what {
            Counter::Deposit(Paise::ZERO) | Counter::Withdraw(Paise::ZERO) => {
                return Err(Refusal::AmountTooSmall.into());
            }
            Counter::Deposit(_) | Counter::Withdraw(_)
                if on_ledger(work, &handle)?.kind == AccountKind::Travel =>
            {
                return Err(Refusal::WrongAccountKind.into());
            }
            Counter::Withdraw(amount) => check_funds(work, &account, amount, Paise::ZERO)?,
            _ => {}
        }
        let bank = self.home.bank;
        let handle = Concealed::new(handle, work.draft.entropy().draw());
        let kind = match what {
            Counter::Deposit(amount) => TxKind::Deposit(Cash { bank, handle, amount }),
            Counter::Withdraw(amount) => TxKind::Withdraw(Cash { bank, handle, amount }),
            Counter::Freeze(reason) => {
                TxKind::Freeze(Freeze { bank, handle, cause: FreezeState::ByBank(reason) })
            }
            Counter::Unfreeze => TxKind::Unfreeze(AccountRef { bank, handle }),
        };
        let body = self.body(work, kind, work.now.plus(work.ledger.validity_ms_max()));
        let id = body.id();
        work.effects.push(Effect::SignAndSubmit(Box::new(body)));
        Ok(Answer::Submitted(id))
    }
}
