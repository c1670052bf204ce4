//! Payments that are handed in when all is calm, from every honest bank to the next: each must
//! complete. Rules that refuse payments, or fail them all, are found out here.

use super::{Clients, SESSION_MS, SOLVENT};
use crate::checks::Violation;
use crate::node::Strict;
use crate::trouble::{Kind, Motion};
use crate::world::World;
use idx_chain::State;
use idx_types::testing;
use idx_types::{BankId, Outcome, Paise, Reason, TimestampMs, Transaction, TxId, TxKind};

/// What a probe moves, paise: the least that is allowed.
const AMOUNT: Paise = Paise::ONE_RUPEE;

impl World {
    /// In the storm some bank may have had no customer who can pay: one is helped on his way.
    pub(crate) fn prepare_probes(&mut self) -> Result<(), Violation> {
        let honest = self.honest_banks();
        let now = TimestampMs(self.now_ms);
        let Some(state) = honest.first().and_then(|node| self.nodes[*node].state()) else { return Ok(()) };
        for (tx, home) in self.clients.preparations(state, now, &honest) {
            self.clients.hand_in(tx.clone(), home);
            self.submit(home, tx)?;
        }
        Ok(())
    }

    /// Every honest bank's customer pays one of the next bank.
    pub(crate) fn hand_in_probes(&mut self) -> Result<(), Violation> {
        let honest = self.honest_banks();
        let now = TimestampMs(self.now_ms);
        let Some(state) = honest.first().and_then(|node| self.nodes[*node].state()) else { return Ok(()) };
        let payments = self.clients.probes(state, now, &honest);
        if payments.is_empty() && !honest.is_empty() {
            return Err(Violation("no customer can pay when all has long been calm".to_owned()));
        }
        for (tx, home) in payments {
            self.probes.push(tx.id());
            self.clients.hand_in(tx.clone(), home);
            self.submit(home, tx)?;
        }
        Ok(())
    }

    /// Banks that do not lie; none where the chain may have forked.
    fn honest_banks(&self) -> Vec<usize> {
        let banks = 0..usize::from(self.plan.banks);
        let counts = |node: &usize| self.nodes[*node].lie.is_none() && !self.checks.tolerates_forks();
        banks.filter(counts).collect()
    }

    /// Every probe has completed.
    pub(crate) fn probes_completed(&self) -> Result<(), Violation> {
        let outcome = |id: &TxId| self.checks.outcome(id);
        // Its bank, or the other's, may have been voted out meanwhile.
        let leaves =
            self.plan.storm.iter().any(|trouble| matches!(trouble.kind, Kind::Govern(Motion::Leave(_))));
        let fine = |outcome: Option<Outcome>| match outcome {
            Some(Outcome::Completed) => true,
            Some(Outcome::Failed(Reason::UnknownBank)) => leaves,
            _ => false,
        };
        match self.probes.iter().find(|id| !fine(outcome(id))) {
            Some(id) => Err(Violation(format!(
                "payment {id}, made after the calm, is not complete: {:?}",
                outcome(id)
            ))),
            None => Ok(()),
        }
    }
}

impl Clients {
    /// The next step of one customer of each of these banks that has none who can pay.
    fn preparations(
        &mut self,
        state: &State,
        now: TimestampMs,
        honest: &[usize],
    ) -> Vec<(Transaction, usize)> {
        let lacks = |bank: &&usize| self.customer_of(**bank, state).is_none();
        let lacking: Vec<usize> = honest.iter().filter(lacks).copied().collect();
        let first = |bank: usize| self.customers.iter().position(|customer| customer.bank == bank);
        let chosen: Vec<(usize, usize)> =
            lacking.into_iter().filter_map(|bank| Some((first(bank)?, bank))).collect();
        chosen.into_iter().filter_map(|(at, bank)| Some((self.preparation(at, state, now)?, bank))).collect()
    }

    /// A customer of a bank that rules, who can pay.
    fn customer_of(&self, bank: usize, state: &State) -> Option<usize> {
        state.validators().get(self.banks[bank].0)?;
        (0..self.customers.len()).find(|at| self.customers[*at].bank == bank && self.is_ready(*at, state))
    }

    /// A payment from each of these banks to the next, as far as they rule and have customers who can pay.
    fn probes(&mut self, state: &State, now: TimestampMs, honest: &[usize]) -> Vec<(Transaction, usize)> {
        let parties: Vec<usize> = honest.iter().filter_map(|bank| self.customer_of(*bank, state)).collect();
        if parties.len() < 2 {
            return Vec::new();
        }
        let next = parties.iter().cycle().skip(1);
        let pairs: Vec<(usize, usize)> = parties.iter().copied().zip(next.copied()).collect();
        pairs.into_iter().filter_map(|(from, to)| self.probe(state, now, from, to)).collect()
    }

    /// Whether a customer can pay, and nothing of his is under way.
    fn is_ready(&self, at: usize, state: &State) -> bool {
        let customer = &self.customers[at];
        let pays = |kind: &TxKind| match kind {
            TxKind::Transfer(ask) => ask.from == customer.session,
            TxKind::OpenTravel(ask) => ask.session == customer.session,
            _ => false,
        };
        state.session(&customer.session).is_some()
            && state.account(&customer.handle).is_some_and(|account| account.balance >= SOLVENT)
            && !self.waiting.iter().any(|(tx, _)| pays(&tx.body.kind))
    }

    fn probe(
        &mut self,
        state: &State,
        now: TimestampMs,
        from: usize,
        to: usize,
    ) -> Option<(Transaction, usize)> {
        let (sender, receiver) = (&self.customers[from], &self.customers[to]);
        let bank = |at: usize| -> BankId { self.banks[at].0 };
        let kind = TxKind::Transfer(testing::transfer(
            (sender.session, bank(sender.bank)),
            (receiver.session, bank(receiver.bank)),
            AMOUNT,
            state.fee_quote(AMOUNT).ok()?.total,
        ));
        let (home, a, b) = (sender.bank, sender.key.clone(), receiver.key.clone());
        // A strict bank would reject some: another number makes another name.
        loop {
            let mut body = self.body(now, kind.clone());
            body.valid_until = now.plus(SESSION_MS);
            let tx = body.sign(&[&*a, &*b]);
            if Strict::takes(&tx.id()) {
                return Some((tx, home));
            }
        }
    }
}
