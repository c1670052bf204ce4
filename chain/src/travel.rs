//! Foreign money on the ledger: the foreign banks and their accounts, the rate publisher, the rates.
//!
//! ```text
//!   genesis issues    rupees of a foreign bank -> its vostro      its own currency -> its nostro
//!   OpenTravel        customer -> vostro, fee -> home bank        nostro -> travel account
//!   CloseTravel       vostro -> customer, fee -> home bank        travel account -> nostro
//! ```
//!
//! Of rates the state keeps the one in force and those announced ahead; older ones are in the blocks.

mod book;

pub use book::{
    RATE_AHEAD_MS_MAX, RATE_LATE_MS_MAX, RATE_LIFE_MS_MAX, RATE_LIFE_MS_MIN, RATES_AHEAD_MAX, RateBook,
};

use crate::draft::{Draft, FeePlaces};
use crate::genesis::{GenesisError, GenesisSpec};
use crate::posting::Entry;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hasher, PublicKey, Verifier};
use idx_types::travel::FOREIGN_BANKS_MAX;
use idx_types::{
    Account, AccountHandle, AccountKind, BankCode, Conversion, Currency, ForeignBank, FreezeState, Height,
    Paise, Params, Quote, Reason, TimestampMs,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A foreign bank at genesis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GenesisForeignBank {
    /// The bank.
    pub bank: ForeignBank,
    /// Rupees issued into its vostro account.
    pub rupees: Paise,
    /// Minor units of its own currency issued into its nostro account.
    pub float: Paise,
}

/// Who deals in foreign money, and at which rates.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct Travel {
    /// The foreign banks, fixed at genesis.
    pub(crate) banks: BTreeMap<BankCode, ForeignBank>,
    /// Who says what foreign money costs.
    pub(crate) publisher: Option<PublicKey>,
    pub(crate) books: BTreeMap<Currency, RateBook>,
}

/// Foreign banks with sound names of their own, kept by founding banks; a publisher with a key of its own.
pub(crate) fn check_travel(spec: &GenesisSpec, verifier: &dyn Verifier) -> Result<(), GenesisError> {
    if spec.foreign_banks.len() > FOREIGN_BANKS_MAX {
        let found = spec.foreign_banks.len();
        return Err(GenesisError::Travel(format!("{found} foreign banks, at most {FOREIGN_BANKS_MAX}")));
    }
    let mut codes: BTreeSet<&BankCode> = spec.banks.iter().map(|genesis| &genesis.bank.code).collect();
    for GenesisForeignBank { bank, .. } in &spec.foreign_banks {
        let refuse = |why: &str| Err(GenesisError::Travel(format!("{}: {why}", bank.code)));
        bank.check().or_else(|why| refuse(&why))?;
        if !codes.insert(&bank.code) {
            return refuse("two banks have one code");
        }
        if !spec.banks.iter().any(|genesis| genesis.bank.id == bank.correspondent) {
            return refuse("no founding bank keeps its accounts");
        }
    }
    spec.rate_publisher.as_ref().map_or(Ok(()), |key| check_publisher(spec, key, verifier))
}

fn check_publisher(spec: &GenesisSpec, key: &PublicKey, verifier: &dyn Verifier) -> Result<(), GenesisError> {
    let of_bank = spec.banks.iter().any(|genesis| genesis.bank.consensus_key == *key);
    let of_judge = spec.judges.iter().any(|judge| judge.signing_key == *key);
    if !verifier.is_sound(key) {
        return Err(GenesisError::Travel("the rate publisher's key is not a sound Ed25519 key".to_owned()));
    }
    if of_bank || of_judge || spec.escrow.signs_with(key) {
        let why = "a bank or authority signs with the rate publisher's key";
        return Err(GenesisError::Travel(why.to_owned()));
    }
    Ok(())
}

impl Travel {
    /// Before any rate.
    pub(crate) fn founding(spec: &GenesisSpec) -> Self {
        let banks = spec.foreign_banks.iter().map(|founding| &founding.bank);
        Self {
            banks: banks.map(|bank| (bank.code.clone(), bank.clone())).collect(),
            publisher: spec.rate_publisher,
            books: BTreeMap::new(),
        }
    }

    /// The foreign banks, in order of their codes.
    pub fn banks(&self) -> impl ExactSizeIterator<Item = &ForeignBank> {
        self.banks.values()
    }

    /// The foreign bank of this code.
    pub fn bank(&self, code: &BankCode) -> Option<&ForeignBank> {
        self.banks.get(code)
    }

    /// The key of the rate publisher, if there is one.
    pub const fn publisher(&self) -> Option<&PublicKey> {
        self.publisher.as_ref()
    }

    /// The currencies of the foreign banks, in their order; the same for ever.
    pub fn currencies(&self) -> BTreeSet<Currency> {
        self.banks().map(|bank| bank.currency).collect()
    }

    /// The rates of a currency; none if none was ever published.
    pub fn book(&self, currency: Currency) -> Option<&RateBook> {
        self.books.get(&currency)
    }

    /// The rate in force at a time.
    ///
    /// # Errors
    /// [`Reason::NoRate`] or [`Reason::RateStale`].
    pub fn rate(&self, currency: Currency, now: TimestampMs) -> Result<&Quote, Reason> {
        let quote = self.book(currency).and_then(|book| book.in_force(now)).ok_or(Reason::NoRate)?;
        if quote.is_stale(now) { Err(Reason::RateStale) } else { Ok(quote) }
    }
}

/// The handle of a foreign bank's account of this kind, nostro or vostro: alike on every network.
pub fn foreign_handle(bank: &BankCode, kind: AccountKind) -> AccountHandle {
    let name = borsh::to_vec(&(bank, kind)).expect("writing borsh to memory cannot fail");
    AccountHandle(Hasher::new("idx/foreign-account/1").part(&name).finish().0)
}

/// Both accounts of a foreign bank as genesis makes them: vostro, then nostro.
pub(crate) fn first_accounts(founding: &GenesisForeignBank) -> [Account; 2] {
    let account = |kind, currency, balance| Account {
        handle: foreign_handle(&founding.bank.code, kind),
        home_bank: founding.bank.correspondent,
        kind,
        currency,
        balance,
        freeze: FreezeState::Free,
        opened_at: Height::GENESIS,
        closed_at: None,
        travels: 0,
        terms: None,
    };
    [
        account(AccountKind::Vostro, Currency::Inr, founding.rupees),
        account(AccountKind::Nostro, founding.bank.currency, founding.float),
    ]
}

impl Travel {
    /// What so many rupees become with a foreign bank at a time, for an amount within the limits.
    ///
    /// # Errors
    /// [`Reason::UnknownForeignBank`], [`Reason::AmountTooSmall`], [`Reason::AmountTooLarge`],
    /// [`Reason::NoRate`], [`Reason::RateStale`] or [`Reason::Overflow`].
    pub fn opening(
        &self,
        bank: &BankCode,
        rupees: Paise,
        params: &Params,
        now: TimestampMs,
    ) -> Result<Conversion, Reason> {
        let bank = self.bank(bank).ok_or(Reason::UnknownForeignBank)?;
        if rupees < params.min_travel {
            return Err(Reason::AmountTooSmall);
        }
        if rupees > params.max_travel {
            return Err(Reason::AmountTooLarge);
        }
        let rate = self.rate(bank.currency, now)?.sell;
        let fee = rupees.portion(params.travel_fee).ok_or(Reason::Overflow)?;
        Conversion::opening(rate, rupees, fee).ok_or(Reason::Overflow)
    }

    /// What foreign money becomes at a time.
    ///
    /// # Errors
    /// [`Reason::NoRate`], [`Reason::RateStale`] or [`Reason::Overflow`].
    pub fn closing(
        &self,
        currency: Currency,
        foreign: Paise,
        params: &Params,
        now: TimestampMs,
    ) -> Result<Conversion, Reason> {
        let rate = self.rate(currency, now)?.buy;
        let closing = Conversion::closing(rate, foreign, |gross| gross.portion(params.travel_fee));
        closing.ok_or(Reason::Overflow)
    }
}

impl Draft<'_> {
    /// A foreign bank's account of this kind, if it holds so much.
    pub(crate) fn float(&self, bank: &BankCode, kind: AccountKind, needed: Paise) -> Result<u64, Reason> {
        let (number, account) =
            self.account(&foreign_handle(bank, kind)).ok_or(Reason::UnknownForeignBank)?;
        if account.balance < needed { Err(Reason::FloatTooSmall) } else { Ok(number) }
    }

    /// Opens an account and fills it from the nostro account.
    pub(crate) fn open_travel(&mut self, account: Account, source: u64, nostro: u64) {
        let foreign = account.terms.as_ref().map_or(Paise::ZERO, |terms| terms.opening.foreign);
        let number = self.accounts.push(account);
        let filling = [Entry::debit(nostro, foreign), Entry::credit(number, foreign)];
        self.post(&filling).expect("the plan saw that the nostro account holds it");
        self.change_account(source, |source| source.travels = source.travels.saturating_add(1));
    }

    /// Writes down the end of an account whose money is gone.
    pub(crate) fn close_travel(&mut self, account: u64, source: u64, closing: Conversion) {
        let height = self.place.height;
        self.change_account(account, |account| {
            account.closed_at = Some(height);
            if let Some(terms) = &mut account.terms {
                terms.closing = Some(closing);
            }
        });
        self.change_account(source, |source| source.travels = source.travels.saturating_sub(1));
    }

    /// Where a transfer's fee goes that is paid in this currency.
    pub(crate) fn fee_places(&self, currency: Currency) -> Result<Cow<'_, FeePlaces>, Reason> {
        if currency == Currency::Inr {
            return Ok(Cow::Borrowed(&self.rupee_fees));
        }
        let currencies = self.registries().travel.currencies();
        let place = currencies.iter().position(|one| *one == currency).ok_or(Reason::CurrencyMismatch)?;
        Ok(Cow::Owned(FeePlaces::of(self.base, self.place.miner, |system| system.in_currency(place as u64))))
    }
}
