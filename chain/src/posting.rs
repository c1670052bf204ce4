//! Double entry: a transaction moves money as postings that add up to zero in every currency.

use crate::draft::Draft;
use idx_types::planted::{self, Bug};
use idx_types::{Account, AccountHandle, Currency, Paise, Reason};

/// A change of one balance, as it is shown to storage and clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Posting {
    /// The account.
    pub account: AccountHandle,
    /// What it counts.
    pub currency: Currency,
    /// Minor units; negative when the account pays.
    pub change: i128,
}

/// A change of one balance, by the number of its account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    pub account: u64,
    pub change: i128,
}

impl Entry {
    pub fn credit(account: u64, amount: Paise) -> Self {
        Self { account, change: i128::from(amount.0) }
    }

    pub fn debit(account: u64, amount: Paise) -> Self {
        Self { account, change: -i128::from(amount.0) }
    }
}

impl Draft<'_> {
    /// Makes all of these changes and records them as postings, or none of them.
    ///
    /// # Errors
    /// [`Reason::InsufficientFunds`] if a balance would fall below zero. [`Reason::Overflow`] if one
    /// would leave 64 bits or the entries do not add up to zero in every currency.
    pub(crate) fn post(&mut self, entries: &[Entry]) -> Result<(), Reason> {
        if !self.adds_up(entries) {
            return Err(Reason::Overflow);
        }
        let recorded = self.postings.len();
        for (done, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.change != 0) {
            if let Err(reason) = self.change(*entry) {
                self.postings.truncate(recorded);
                self.take_back(&entries[..done]);
                return Err(reason);
            }
        }
        Ok(())
    }

    fn change(&mut self, entry: Entry) -> Result<(), Reason> {
        let account = self.accounts.get_mut(entry.account).ok_or(Reason::UnknownAccount)?;
        account.balance = moved(account.balance, entry.change)?;
        let (account, currency) = (account.handle, account.currency);
        self.postings.push(Posting { account, currency, change: entry.change });
        Ok(())
    }

    fn take_back(&mut self, done: &[Entry]) {
        for entry in done.iter().rev() {
            let account = self.accounts.get_mut(entry.account).expect("it was changed a moment ago");
            account.balance = moved(account.balance, -entry.change).expect("the balance it had before");
        }
    }

    /// Whether the entries add up to zero in every currency.
    fn adds_up(&self, entries: &[Entry]) -> bool {
        let mut sums: [i128; CURRENCIES] = [0; CURRENCIES];
        for entry in entries {
            let Some(account) = self.accounts.get(entry.account) else { return false };
            let sum = &mut sums[account.currency as usize];
            let Some(next) = sum.checked_add(entry.change) else { return false };
            *sum = next;
        }
        sums == [0; CURRENCIES] || planted::has(Bug::FeeRemainderDropped)
    }
}

/// How many currencies there are: [`Currency`] counts them from 0.
const CURRENCIES: usize = Currency::Sgd as usize + 1;

fn moved(balance: Paise, change: i128) -> Result<Paise, Reason> {
    let sum = i128::from(balance.0).checked_add(change).ok_or(Reason::Overflow)?;
    if sum < 0 && planted::has(Bug::OverdraftCreatesMoney) {
        return Ok(Paise::ZERO);
    }
    let reason = if sum < 0 { Reason::InsufficientFunds } else { Reason::Overflow };
    u64::try_from(sum).map(Paise).map_err(|_| reason)
}

/// Whether these changes of accounts keep the money of every currency: the check of a whole block,
/// made on balances and not on postings, so that it does not rest on what it checks.
pub(crate) fn conserves<'a>(changes: impl Iterator<Item = (Option<&'a Account>, &'a Account)>) -> bool {
    let mut sums: [i128; CURRENCIES] = [0; CURRENCIES];
    for (before, after) in changes {
        if let Some(before) = before {
            sums[before.currency as usize] -= i128::from(before.balance.0);
        }
        sums[after.currency as usize] += i128::from(after.balance.0);
    }
    sums == [0; CURRENCIES]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft;
    use crate::testing::World;
    use idx_types::Reason::{InsufficientFunds, Overflow, UnknownAccount};

    const RESERVE_0: u64 = 0;
    const FEES_0: u64 = 1;
    const RESERVE_1: u64 = 4;

    fn entries(list: &[(u64, i128)]) -> Vec<Entry> {
        list.iter().map(|(account, change)| Entry { account: *account, change: *change }).collect()
    }

    #[test]
    fn all_or_nothing() {
        let world = World::new(6);
        let all = i128::from(world.state.accounts()[0].balance.0);
        let table = [
            (entries(&[(RESERVE_0, -1), (FEES_0, 2)]), Overflow),
            (entries(&[(RESERVE_0, -1)]), Overflow),
            (entries(&[(RESERVE_1, -5), (RESERVE_0, -all - 1), (FEES_0, all + 6)]), InsufficientFunds),
            (entries(&[(FEES_0, i128::MAX), (RESERVE_0, 1)]), Overflow),
            (entries(&[(FEES_0, 1 << 64), (RESERVE_0, -(1 << 64))]), Overflow),
            (entries(&[(9_999, 0)]), Overflow),
        ];
        for (list, reason) in table {
            let mut draft = Draft::new(&world.state, world.miner, world.next_time());
            assert_eq!(draft.post(&list), Err(reason), "{list:?}");
            assert!(draft.postings.is_empty());
            assert!(draft.accounts.changes().all(|(before, after)| before == Some(after)));
        }
        let mut draft = Draft::new(&world.state, world.miner, world.next_time());
        assert_eq!(draft.change(Entry { account: 9_999, change: 1 }), Err(UnknownAccount));
        assert_eq!(draft.post(&entries(&[(RESERVE_0, -all), (FEES_0, all), (RESERVE_1, 0)])), Ok(()));
        assert_eq!(draft.postings.len(), 2, "nothing is recorded where nothing moves");
    }

    #[test]
    fn a_paisa_out_of_nothing_is_seen() {
        let world = World::new(6);
        let before = world.state.accounts()[0].clone();
        let richer = Account { balance: Paise(before.balance.0 + 1), ..before.clone() };
        assert!(conserves([(Some(&before), &before)].into_iter()));
        assert!(!conserves([(Some(&before), &richer)].into_iter()));
        assert!(!conserves([(None, &before)].into_iter()));
        let dollars = Account { currency: Currency::Usd, ..before.clone() };
        assert!(!conserves([(Some(&before), &dollars)].into_iter()), "rupees are not dollars");
    }
}
