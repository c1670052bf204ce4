//! What has to be on the ledger before the payments of a file can settle.
//!
//! Pure: from the payments and what is there already follow the accounts to open, the sessions to open
//! for a day, and the deposits without which a sender could not pay.

use super::network::{Door, Facts};
use super::row::{Party, Payment};
use super::wallet::{Day, Wallet};
use idx_chain::FeeQuote;
use idx_crypto::Signer;
use idx_types::tx::{Cash, OpenAccount, OpenSession, TX_VERSION, Transfer};
use idx_types::{AccountHandle, BankId, Currency, Paise, Params, TimestampMs, Transaction, TxBody, TxKind};
use std::collections::BTreeMap;

/// How long a transaction of a run may take to settle: ten minutes.
pub const LIFE_MS: u64 = 600_000;

/// An account that payments touch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// The ledger's name of it.
    pub handle: AccountHandle,
    /// The door of its home bank.
    pub door: Door,
    /// What the payments take from it, with fees, in paise.
    pub debit: u128,
}

/// The accounts of a file, each once.
pub type Members = BTreeMap<Party, Member>;

/// The fee of a payment under the parameters in force; `None` for an amount out of range.
pub fn fee(params: &Params, amount: Paise) -> Option<Paise> {
    FeeQuote::of(amount, params).ok().map(|quote| quote.total)
}

/// Why the ledger would refuse a payment whatever the balances, if it would.
pub fn refusal(params: &Params, payment: &Payment) -> Option<String> {
    let amount = payment.amount;
    if amount < params.min_transfer {
        return Some(format!("amount_inr {amount} is below the least transfer, {}", params.min_transfer));
    }
    if amount > params.max_transfer {
        return Some(format!("amount_inr {amount} is above the greatest transfer, {}", params.max_transfer));
    }
    let debit = fee(params, amount).and_then(|fee| amount.checked_add(fee));
    debit.is_none().then(|| format!("amount_inr {amount} and its fee leave the range of amounts"))
}

/// The accounts of some payments and what each has to pay.
pub fn members(payments: &[Payment], facts: &Facts, wallet: &Wallet) -> Members {
    let mut members = Members::new();
    for payment in payments {
        let fee = fee(&facts.params, payment.amount).unwrap_or_default();
        let debit = u128::from(payment.amount.0) + u128::from(fee.0);
        for (party, debit) in [(&payment.sender, debit), (&payment.receiver, 0)] {
            let entry = members.entry(party.clone());
            let member = entry.or_insert_with(|| Member {
                handle: wallet.handle(party),
                door: door(facts, party),
                debit: 0,
            });
            member.debit += debit;
        }
    }
    members
}

fn door(facts: &Facts, party: &Party) -> Door {
    let place = facts.banks.iter().position(|(_, code)| *code == party.bank);
    place.expect("lines that name another bank were refused when the file was read")
}

/// Makes the transactions of a run, signed.
pub struct Maker<'a> {
    /// What stays the same during a run.
    pub facts: &'a Facts,
    /// The banks' consensus keys, by door.
    pub banks: &'a [&'a dyn Signer],
    /// The customers.
    pub wallet: &'a Wallet,
    /// When the transactions are made.
    pub now: TimestampMs,
    /// Sets this run's transactions apart from those of another in the same millisecond.
    pub nonce: u64,
}

impl Maker<'_> {
    /// Opens an account.
    pub fn open_account(&mut self, member: &Member) -> Transaction {
        let bank = self.bank(member.door);
        let open = OpenAccount { bank, handle: member.handle, currency: Currency::Inr };
        self.by_bank(member.door, TxKind::OpenAccount(open))
    }

    /// Opens the session of an account for the day of `now`.
    pub fn open_session(&mut self, member: &Member) -> Transaction {
        let day = Day::of(self.now);
        let session = self.wallet.session(&member.handle, day);
        let open = OpenSession {
            bank: self.bank(member.door),
            session: session.id,
            handle: member.handle,
            key: session.public_key(),
            expires_at: day.end(),
        };
        self.by_bank(member.door, TxKind::OpenSession(open))
    }

    /// Deposits that bring a balance up to what the payments take; none if it is enough already.
    pub fn deposits(&mut self, member: &Member, balance: Paise) -> Vec<Transaction> {
        let parts =
            shares(member.debit.saturating_sub(u128::from(balance.0)), self.facts.params.max_transfer);
        let bank = self.bank(member.door);
        let cash = |amount| Cash { bank, handle: member.handle, amount };
        parts.into_iter().map(|part| self.by_bank(member.door, TxKind::Deposit(cash(part)))).collect()
    }

    /// Pays.
    pub fn transfer(&mut self, payment: &Payment, members: &Members) -> Option<Transaction> {
        let (sender, receiver) = (members.get(&payment.sender)?, members.get(&payment.receiver)?);
        let day = Day::of(self.now);
        let from = self.wallet.session(&sender.handle, day);
        let to = self.wallet.session(&receiver.handle, day);
        let transfer = Transfer {
            from: from.id,
            from_bank: self.bank(sender.door),
            to: to.id,
            to_bank: self.bank(receiver.door),
            amount: payment.amount,
            fee: fee(&self.facts.params, payment.amount)?,
        };
        Some(self.body(TxKind::Transfer(transfer)).sign(&[&from.key, &to.key]))
    }

    fn bank(&self, door: Door) -> BankId {
        self.facts.banks[door].0
    }

    fn by_bank(&mut self, door: Door, kind: TxKind) -> Transaction {
        let body = self.body(kind);
        body.sign(&[self.banks[door]])
    }

    fn body(&mut self, kind: TxKind) -> TxBody {
        self.nonce = self.nonce.wrapping_add(1);
        TxBody {
            version: TX_VERSION,
            chain_id: self.facts.chain_id,
            created_at: self.now,
            valid_until: self.now.plus(LIFE_MS.min(self.facts.params.max_validity_ms)),
            nonce: self.nonce,
            kind,
        }
    }
}

/// Divides an amount into parts of at most `most`, the last one the rest.
fn shares(amount: u128, most: Paise) -> Vec<Paise> {
    let most = u128::from(most.0.max(1));
    let mut rest = amount;
    let mut parts = Vec::new();
    while rest > 0 {
        let part = rest.min(most);
        parts.push(Paise(u64::try_from(part).expect("a part is at most `most`, which is a u64")));
        rest -= part;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pay::row::{HEADER, read};
    use idx_crypto::Ed25519;
    use idx_types::testing::{chain_id, key};
    use zeroize::Zeroizing;

    fn facts() -> Facts {
        let banks = ["HDFC", "ICICI"].iter().zip(1..);
        let banks = banks.map(|(code, id)| (BankId(id), code.parse().unwrap())).collect();
        Facts { chain_id: chain_id(), params: Params::default(), banks }
    }

    fn payments(lines: &str) -> Vec<Payment> {
        let codes: Vec<_> = facts().banks.into_iter().map(|(_, code)| code).collect();
        read(format!("{HEADER}\n{lines}").as_bytes(), &codes, usize::MAX).unwrap().rows
    }

    fn wallet() -> Wallet {
        Wallet::new(Zeroizing::new([9; 32]))
    }

    const TWO: &str = "1,2025-01-01,A,HDFC,B,ICICI,5000.00,\n2,2025-01-01,A,HDFC,A,ICICI,100.00,\n";

    #[test]
    fn each_account_once_with_all_it_has_to_pay() {
        let members = members(&payments(TWO), &facts(), &wallet());
        let seen: Vec<_> = members.iter().map(|(p, m)| (p.account.as_str(), m.door, m.debit)).collect();
        assert_eq!(seen, [("A", 0, 507_500 + 10_150), ("A", 1, 0), ("B", 1, 0)]);
    }

    #[test]
    fn the_fee_is_that_of_the_worked_example() {
        assert_eq!(fee(&Params::default(), Paise(500_000)), Some(Paise(7_500)));
        assert_eq!(fee(&Params::default(), Paise(u64::MAX)), None);
    }

    #[test]
    fn amounts_out_of_range_are_refused_before_any_account_is_funded() {
        let params = Params::default();
        for (amount, says) in [
            (Paise(99), Some("below the least transfer, 1.00")),
            (Paise(100), None),
            (params.max_transfer, None),
            (Paise(params.max_transfer.0 + 1), Some("above the greatest transfer")),
        ] {
            let payment = Payment { amount, ..payments(TWO)[0].clone() };
            let said = refusal(&params, &payment);
            assert_eq!(said.is_some(), says.is_some(), "{amount}: {said:?}");
            assert!(said.is_none_or(|text| text.contains(says.unwrap_or_default())));
        }
    }

    #[test]
    fn deposits_fill_the_gap_exactly() {
        let facts = Facts { params: Params { max_transfer: Paise(1_000), ..Params::default() }, ..facts() };
        let (bank, wallet) = (key(1), wallet());
        let banks: [&dyn Signer; 2] = [&bank, &bank];
        let mut maker =
            Maker { facts: &facts, banks: &banks, wallet: &wallet, now: TimestampMs(1), nonce: 0 };
        let member = Member { handle: AccountHandle([1; 32]), door: 1, debit: 2_700 };
        for (balance, parts) in
            [(0, vec![1_000, 1_000, 700]), (2_600, vec![100]), (2_700, vec![]), (9_999, vec![])]
        {
            let made = maker.deposits(&member, Paise(balance));
            let amounts: Vec<u64> = made
                .iter()
                .map(|tx| match &tx.body.kind {
                    TxKind::Deposit(cash) => cash.amount.0,
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(amounts, parts);
        }
    }

    #[test]
    fn transactions_verify_differ_and_end_their_sessions_with_the_day() {
        let (facts, wallet, bank) = (facts(), wallet(), key(1));
        let rows = payments(TWO);
        let members = members(&rows, &facts, &wallet);
        let banks: [&dyn Signer; 2] = [&bank, &bank];
        let now = TimestampMs(1_700_000_000_000);
        let mut maker = Maker { facts: &facts, banks: &banks, wallet: &wallet, now, nonce: 0 };
        let first = maker.transfer(&rows[0], &members).unwrap();
        let second = maker.transfer(&rows[0], &members).unwrap();
        assert_ne!(first.id(), second.id(), "the same line paid twice is two payments");
        let session = maker.open_session(&members[&rows[0].sender]);
        let account = maker.open_account(&members[&rows[0].sender]);
        for tx in [&first, &session, &account] {
            assert_eq!(tx.signatures.len(), tx.body.kind.signatures_needed());
            assert_eq!(tx.check_signatures(&Ed25519), Ok(()));
        }
        let TxKind::OpenSession(open) = &session.body.kind else { panic!() };
        assert!(open.expires_at > now && open.expires_at.since(now) <= idx_types::params::DAY_MS);
        let TxKind::Transfer(transfer) = &first.body.kind else { panic!() };
        assert_eq!(
            (transfer.from, transfer.from_bank, transfer.to_bank),
            (open.session, BankId(1), BankId(2))
        );
    }
}
