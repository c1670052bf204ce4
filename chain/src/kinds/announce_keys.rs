//! `AnnounceKeys`: the company's keys of days ahead (document 4.1).

use super::{Plan, Record, signed_by_holder};
use crate::draft::Draft;
use idx_types::escrow::DAY_KEYS_MAX;
use idx_types::tx::AnnounceKeys;
use idx_types::{Holder, NetworkDay, Reason, TxSignature};

/// How many days a key is kept after its day: an envelope may settle a day after it was sealed, the rest
/// is for who looks back. Envelopes name their keys themselves.
const DAYS_KEPT: u32 = 7;

/// A key once announced stays: with another in its place envelopes of that day could not be told from
/// envelopes sealed to a stranger.
pub(super) fn plan(draft: &Draft<'_>, ask: &AnnounceKeys, by: &[TxSignature]) -> Result<Plan, Reason> {
    signed_by_holder(draft, Holder::Company, by)?;
    let today = NetworkDay::of(draft.place.now);
    let last = NetworkDay(today.0.saturating_add(DAY_KEYS_MAX as u32));
    let is_ahead = |day: &NetworkDay| *day > today && *day <= last;
    if ask.day_keys.is_empty() || !ask.day_keys.keys().all(is_ahead) {
        return Err(Reason::BadDayKeys);
    }
    let mut escrow = draft.registries().escrow.clone();
    let day_keys = &mut escrow.company.day_keys;
    if ask.day_keys.keys().any(|day| day_keys.contains_key(day)) {
        return Err(Reason::DayKeyExists);
    }
    day_keys.retain(|day, _| day.0.saturating_add(DAYS_KEPT) >= today.0);
    day_keys.extend(&ask.day_keys);
    escrow.check().map_err(|_| Reason::BadDayKeys)?;
    Ok(Plan::record(Record::DayKeys(escrow.company.day_keys)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use idx_types::TxKind;
    use idx_types::params::DAY_MS;
    use idx_types::testing::{TEST_DAY, hpke_secret};

    /// The test escrow has keys from the day before [`TEST_DAY`] to 299 days after it.
    const FIRST_FREE: u32 = TEST_DAY.0 + 300;

    fn ask(days: impl IntoIterator<Item = u32>, seed: u8) -> TxKind {
        let key = hpke_secret(seed).public();
        let day_keys = days.into_iter().map(|day| (NetworkDay(day), key)).collect();
        TxKind::AnnounceKeys(AnnounceKeys { day_keys })
    }

    #[test]
    fn adds_days_ahead_and_forgets_days_long_past() {
        let mut world = World::new(6);
        world.done_by_holder(ask([FIRST_FREE, FIRST_FREE + 1], 249), Holder::Company);
        let days = |world: &World| world.state.escrow().company.day_keys.clone();
        assert_eq!(days(&world).len(), 303);
        assert_eq!(days(&world)[&NetworkDay(FIRST_FREE)], hpke_secret(249).public());
        world.pass_time(10 * DAY_MS);
        assert_eq!(days(&world).len(), 303, "nothing goes before something comes");
        world.done_by_holder(ask([FIRST_FREE + 2], 249), Holder::Company);
        assert_eq!(*days(&world).keys().next().unwrap(), NetworkDay(TEST_DAY.0 + 10 - DAYS_KEPT));
        assert_eq!(days(&world).len(), 303 - 4 + 1);
    }

    #[test]
    fn refusals() {
        let mut world = World::new(6);
        let (today, room) = (TEST_DAY.0, FIRST_FREE..FIRST_FREE + 99);
        assert!(room.end <= today + DAY_KEYS_MAX as u32);
        let table = [
            (ask([FIRST_FREE], 249), Holder::Regulator(0), Reason::WrongSigner),
            (ask([], 249), Holder::Company, Reason::BadDayKeys),
            (ask([today], 249), Holder::Company, Reason::BadDayKeys),
            (ask([today - 30], 249), Holder::Company, Reason::BadDayKeys),
            (ask([today + DAY_KEYS_MAX as u32 + 1], 249), Holder::Company, Reason::BadDayKeys),
            (ask([u32::MAX], 249), Holder::Company, Reason::BadDayKeys),
            (ask([today + 1], 249), Holder::Company, Reason::DayKeyExists),
            (ask([today + 1], 250), Holder::Company, Reason::DayKeyExists),
            (ask([FIRST_FREE, today + 1], 249), Holder::Company, Reason::DayKeyExists),
            (ask([FIRST_FREE], 251), Holder::Company, Reason::BadDayKeys),
            (ask(FIRST_FREE..FIRST_FREE + 100, 249), Holder::Company, Reason::BadDayKeys),
        ];
        for (kind, signer, reason) in table {
            world.refused_by_holder(kind, signer, reason);
        }
        world.done_by_holder(ask(room, 249), Holder::Company);
    }
}
