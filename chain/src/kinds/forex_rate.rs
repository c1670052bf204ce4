//! `ForexRate`: what a foreign currency costs from a time on.

use super::{Plan, Record, signed_with};
use crate::draft::Draft;
use idx_types::tx::ForexRate;
use idx_types::{Reason, TxSignature};

pub(super) fn plan(draft: &Draft<'_>, ask: &ForexRate, by: &[TxSignature]) -> Result<Plan, Reason> {
    let travel = &draft.registries().travel;
    signed_with(travel.publisher().ok_or(Reason::WrongSigner)?, by)?;
    if !travel.banks().any(|bank| bank.currency == ask.currency) {
        return Err(Reason::CurrencyMismatch);
    }
    let book = travel.book(ask.currency).cloned().unwrap_or_default();
    let book = book.with(ask.quote, draft.place.now)?;
    Ok(Plan::record(Record::Rates(ask.currency, book)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use idx_types::testing::{forex_rate, key};
    use idx_types::{Currency, Rate};

    const USD: u64 = 8_300_000_000;

    #[test]
    fn a_rate_is_in_force_from_its_time_until_it_is_stale() {
        let mut world = World::with_travel(6);
        let from = world.next_time().plus(5_000);
        world.published(forex_rate(Currency::Usd, USD, USD + 1, from));
        let rate = |world: &World, at| world.state.travel().rate(Currency::Usd, at).map(|quote| quote.sell);
        assert_eq!(rate(&world, idx_types::TimestampMs(from.0 - 1)), Err(Reason::NoRate));
        assert_eq!(rate(&world, from), Ok(Rate(USD + 1)));
        assert_eq!(rate(&world, from.plus(idx_types::params::DAY_MS)), Ok(Rate(USD + 1)));
        assert_eq!(rate(&world, from.plus(idx_types::params::DAY_MS + 1)), Err(Reason::RateStale));
    }

    /// What a light client trusts is the root: it must bind the rates.
    #[test]
    fn the_state_root_commits_to_the_rates() {
        let (mut one, mut other) = (World::with_travel(6), World::with_travel(6));
        let from = one.next_time();
        one.published(forex_rate(Currency::Usd, USD, USD, from));
        other.published(forex_rate(Currency::Usd, USD, USD + 1, from));
        assert_ne!(one.state.parts().registries, other.state.parts().registries);
    }

    #[test]
    fn refusals() {
        let mut world = World::with_travel(6);
        let from = world.next_time();
        let table = [
            (forex_rate(Currency::Usd, USD, USD, from), key(1), Reason::WrongSigner),
            (forex_rate(Currency::Inr, USD, USD, from), world.publisher(), Reason::CurrencyMismatch),
            (forex_rate(Currency::Usd, USD, USD - 1, from), world.publisher(), Reason::BadRate),
            (forex_rate(Currency::Usd, USD, USD, from.plus(1 << 40)), world.publisher(), Reason::BadRateTime),
        ];
        for (kind, signer, reason) in table {
            let tx = world.tx_by(kind, &signer);
            world.assert_refused(&tx, reason);
        }
        let mut without = World::new(6);
        let tx = without.tx_by(forex_rate(Currency::Usd, USD, USD, from), &key(240));
        without.assert_refused(&tx, Reason::WrongSigner);
    }
}
