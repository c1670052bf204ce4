//! Foreign banks and rates as clients see them.

use idx_chain::{State, foreign_handle};
use idx_client::encoding::Hex;
use idx_client::views::{BankNames, CurrencyRatesView, ForeignBankView, ForexRatesView};
use idx_types::{AccountKind, Currency, ForeignBank, Paise};

/// Rates as they stand at the time of the newest final height.
pub(super) fn forex_rates_view(state: &State) -> ForexRatesView {
    let (tip, travel) = (state.tip(), state.travel());
    let of_currency = |currency: Currency| {
        let book = travel.book(currency);
        let current = book.and_then(|book| book.in_force(tip.timestamp));
        CurrencyRatesView {
            currency,
            stale: current.is_some_and(|quote| quote.is_stale(tip.timestamp)),
            current: current.map(Into::into),
            announced: book
                .into_iter()
                .flat_map(|book| book.announced(tip.timestamp))
                .map(Into::into)
                .collect(),
        }
    };
    ForexRatesView {
        as_of: tip.height,
        time: tip.timestamp.into(),
        publisher: travel.publisher().copied().map(Hex),
        rates: travel.currencies().into_iter().map(of_currency).collect(),
    }
}

pub(super) fn foreign_bank_views(state: &State, names: &dyn BankNames) -> Vec<ForeignBankView> {
    let held = |bank: &ForeignBank, kind| {
        state.account(&foreign_handle(&bank.code, kind)).map_or(Paise::ZERO, |account| account.balance)
    };
    let view = |bank: &ForeignBank| {
        let held = (held(bank, AccountKind::Vostro), held(bank, AccountKind::Nostro));
        ForeignBankView::new(bank, held, names)
    };
    state.travel().banks().map(view).collect()
}
