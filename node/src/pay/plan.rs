//! What has to be on the ledger before the payments of a file can settle.
//!
//! Pure: from the payments and what is there already follow the accounts to open, the sessions to open
//! for a day, and the deposits without which a sender could not pay.

use super::identity::{NotSealed, Sealer, made_up};
use super::network::{Door, Facts};
use super::row::{Party, Payment};
use super::wallet::Wallet;
use idx_chain::FeeQuote;
use idx_crypto::{Envelope, Hash32, Signer};
use idx_types::tx::{Acceptance, Cash, OpenAccount, OpenSession, TX_VERSION, Transfer};
use idx_types::{
    AccountHandle, BankId, Concealed, Currency, NetworkDay, Paise, Params, SessionId, TimestampMs,
    Transaction, TxBody, TxKind,
};
use std::collections::BTreeMap;

/// How long a transaction of a run may take to settle: ten minutes.
pub const LIFE_MS: u64 = 600_000;

/// An account that payments touch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Whose it is and where.
    pub party: Party,
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
                party: party.clone(),
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
    let place = facts.banks.iter().position(|bank| bank.code == party.bank);
    place.expect("lines that name another bank were refused when the file was read")
}

/// Makes the transactions of a run, signed.
pub struct Maker<'a, 's> {
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
    /// Conceals what the public must not see.
    pub sealer: &'a mut Sealer<'s>,
}

impl Maker<'_, '_> {
    /// Opens an account.
    ///
    /// # Errors
    /// Its owner's identity cannot be sealed today.
    pub fn open_account(&mut self, member: &Member) -> Result<Transaction, NotSealed> {
        let open = OpenAccount {
            bank: self.bank(member.door),
            handle: self.sealer.conceal(member.handle),
            currency: Currency::Inr,
            identity: self.identity(member, None)?,
        };
        Ok(self.by_bank(member.door, TxKind::OpenAccount(open)))
    }

    /// Opens the session of an account for the day of `now`.
    ///
    /// # Errors
    /// Its owner's identity cannot be sealed today.
    pub fn open_session(&mut self, member: &Member) -> Result<Transaction, NotSealed> {
        let day = NetworkDay::of(self.now);
        let session = self.wallet.session(&member.handle, day);
        let open = OpenSession {
            bank: self.bank(member.door),
            session: session.id,
            handle: self.sealer.conceal(member.handle),
            key: session.public_key(),
            expires_at: day.end(),
            identity: self.identity(member, Some(session.id))?,
        };
        Ok(self.by_bank(member.door, TxKind::OpenSession(open)))
    }

    fn identity(
        &mut self,
        member: &Member,
        session: Option<SessionId>,
    ) -> Result<Concealed<Envelope>, NotSealed> {
        let bank = &self.facts.banks[member.door];
        let record = made_up(&member.party, member.handle, session);
        let sealed_to = (bank.hpke_key, NetworkDay::of(self.now));
        self.sealer.identity(self.facts, sealed_to, &record, bank.id)
    }

    /// Deposits that bring a balance up to what the payments take; none if it is enough already.
    pub fn deposits(&mut self, member: &Member, balance: Paise) -> Vec<Transaction> {
        let parts =
            shares(member.debit.saturating_sub(u128::from(balance.0)), self.facts.params.max_transfer);
        let bank = self.bank(member.door);
        let mut deposit = |amount| {
            let cash = Cash { bank, handle: self.sealer.conceal(member.handle), amount };
            self.by_bank(member.door, TxKind::Deposit(cash))
        };
        parts.into_iter().map(&mut deposit).collect()
    }

    /// Pays.
    pub fn transfer(&mut self, payment: &Payment, members: &Members) -> Option<Transaction> {
        let (sender, receiver) = (members.get(&payment.sender)?, members.get(&payment.receiver)?);
        let day = NetworkDay::of(self.now);
        let from = self.wallet.session(&sender.handle, day);
        let to = self.wallet.session(&receiver.handle, day);
        let transfer = Transfer {
            from: from.id,
            from_bank: self.bank(sender.door),
            amount: payment.amount,
            fee: fee(&self.facts.params, payment.amount)?,
            tag: self.sealer.conceal(self.wallet.tag(&receiver.handle, day)),
            // These customers are in no bank's vault, so no bank asks for the proof.
            accepted: Some(Acceptance { to: to.id, to_bank: self.bank(receiver.door), proof: Hash32::ZERO }),
        };
        Some(self.body(TxKind::Transfer(transfer)).sign(&[&from.key, &to.key]))
    }

    fn bank(&self, door: Door) -> BankId {
        self.facts.banks[door].id
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
mod tests;
