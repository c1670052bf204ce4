//! What the ledger of these stories makes of travel accounts.

use super::ledger::Ledger;
use super::world::World;
use super::*;
use idx_crypto::Ed25519;
use idx_types::tx::{CloseTravel, Closing, OpenTravel};
use idx_types::{
    Account, AccountKind, Conversion, Currency, FreezeState, Height, Paise, Reason, SessionId, TravelTerms,
    TxKind,
};

impl World {
    /// Carries an opening or closing out, if the banks involved have nothing against it.
    pub fn travel(&mut self, tx: &Transaction) -> Result<(), Reason> {
        assert!(tx.check_signatures(&Ed25519).is_ok() && tx.body.valid_until >= self.ledger.time);
        match &tx.body.kind {
            TxKind::OpenTravel(ask) => {
                self.asked_in_order(tx, ask.bank, ask.session)?;
                self.ledger.depart(ask)?;
                self.openings.push(tx.clone());
                Ok(())
            }
            TxKind::CloseTravel(ask) => self.come_home(tx, ask),
            other => panic!("{other:?}"),
        }
    }

    fn asked_in_order(&self, tx: &Transaction, bank: BankId, session: SessionId) -> Result<(), Reason> {
        let bench = &self.banks[usize::from(bank.0)];
        let objections = Objections::new(bank, &self.tag_keys);
        if objections.hold_against_journey(&bench.shelf(), tx.id(), (bank, session)).unwrap() {
            return Err(Reason::RejectedByPolicy);
        }
        let session = self.ledger.session(&session).ok_or(Reason::UnknownSession)?;
        if session.key == tx.signatures[0].key { Ok(()) } else { Err(Reason::WrongSigner) }
    }

    fn come_home(&mut self, tx: &Transaction, ask: &CloseTravel) -> Result<(), Reason> {
        let handle = match &ask.closing {
            Closing::Session(session) => {
                self.asked_in_order(tx, ask.bank, *session)?;
                self.ledger.session(session).unwrap().account
            }
            Closing::Expired(handle) => *handle.shown().unwrap(),
        };
        let place = self.place_of(&handle);
        let account = self.ledger.accounts[place].clone();
        let expired = account.terms.as_ref().unwrap().is_expired(self.ledger.time);
        if matches!(ask.closing, Closing::Expired(_)) && !expired {
            return Err(Reason::TravelNotExpired);
        }
        if account.closed_at.is_some() {
            return Err(Reason::AccountClosed);
        }
        let closing = self.ledger.changed_back(Currency::Usd, account.balance)?;
        if closing.rupees < ask.least {
            return Err(Reason::BelowLeast);
        }
        self.ledger.arrive(place, closing);
        self.ledger.closings.push((handle, tx.id(), ask.closing.clone()));
        Ok(())
    }
}

impl Ledger {
    fn depart(&mut self, ask: &OpenTravel) -> Result<(), Reason> {
        let opening = self.changed(&ask.foreign_bank, ask.amount)?;
        if opening.foreign < ask.least {
            return Err(Reason::BelowLeast);
        }
        let source = self.session(&ask.session).unwrap().account;
        let payer = self.accounts.iter_mut().find(|account| account.handle == source).unwrap();
        payer.balance = payer.balance.checked_sub(ask.amount).ok_or(Reason::InsufficientFunds)?;
        payer.travels += 1;
        let foreign_bank = ask.foreign_bank.clone();
        let terms = TravelTerms { source, foreign_bank, expires_on: ask.expires_on, opening, closing: None };
        self.accounts.push(Account {
            handle: *ask.handle.shown().unwrap(),
            home_bank: ask.bank,
            kind: AccountKind::Travel,
            currency: Currency::Usd,
            balance: opening.foreign,
            freeze: FreezeState::Free,
            opened_at: Height(2),
            closed_at: None,
            travels: 0,
            terms: Some(Box::new(terms)),
        });
        Ok(())
    }

    fn arrive(&mut self, place: usize, closing: Conversion) {
        let account = &mut self.accounts[place];
        account.balance = Paise::ZERO;
        account.closed_at = Some(Height(3));
        let terms = account.terms.as_mut().unwrap();
        terms.closing = Some(closing);
        let source = terms.source;
        let payee = self.accounts.iter_mut().find(|account| account.handle == source).unwrap();
        payee.balance.0 += closing.rupees.0;
        payee.travels -= 1;
    }
}
