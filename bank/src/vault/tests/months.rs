//! The keys of months end: what was made under them cannot be made again.

use super::*;
use crate::pseudonym::{Month, session_id};

const RETENTION: Retention = Retention { months: 2 };

fn id_on(draft: &mut Draft<'_>, day: NetworkDay) -> SessionId {
    let key = month_key(draft, day).unwrap();
    session_id(&key, &idx(0), &"HDFC".parse().unwrap(), day, &handle(0))
}

/// First day of the month that is `months` after that of [`DAY`].
fn later(months: u32) -> NetworkDay {
    let day = (DAY.0..).map(NetworkDay).find(|day| Month::of(*day).0 == Month::of(DAY).0 + months);
    day.unwrap()
}

#[test]
fn one_key_a_month_and_the_same_until_it_ends() {
    let mut world = World::new();
    let first = world.write(|draft| id_on(draft, DAY));
    assert_eq!(world.write(|draft| id_on(draft, DAY)), first);
    world.write(|draft| id_on(draft, later(1)));
    assert_eq!(world.shelf().all::<rows::MonthSecret>(b"").unwrap().len(), 2);
}

#[test]
fn after_the_retention_old_sessions_cannot_be_linked() {
    let mut world = World::new();
    let old = world.write(|draft| id_on(draft, DAY));
    world.write(|draft| draft.put(&OpenedSession { id: old, ..session(0, DAY) }));
    for months in 1..=2 {
        let dropped = world.write(|draft| drop_old(draft, later(months), RETENTION, 100));
        assert_eq!(dropped, Ok(0), "still kept after {months}");
    }
    assert_eq!(world.write(|draft| id_on(draft, DAY)), old, "the bank can still make it again");
    assert_eq!(world.shelf().session_of_id(&old).unwrap().map(|s| s.owner), Some(idx(0)));

    assert_eq!(world.write(|draft| drop_old(draft, later(3), RETENTION, 100)), Ok(2));
    assert_eq!(world.shelf().session_of_id(&old), Ok(None));
    assert_eq!(world.store.scan(Table::Months, b"", None, 9).unwrap().len(), 0, "the key is gone");
    assert_eq!(world.store.scan(Table::Sessions, b"", None, 9).unwrap().len(), 0);
    assert_ne!(world.write(|draft| id_on(draft, DAY)), old, "nobody can make it again");
}

#[test]
fn yesterday_is_kept_whatever_the_retention() {
    let mut world = World::new();
    let first_of_month = later(1);
    let yesterday = NetworkDay(first_of_month.0 - 1);
    world.write(|draft| {
        id_on(draft, yesterday);
        draft.put(&session(0, yesterday));
    });
    assert_eq!(world.write(|draft| drop_old(draft, first_of_month, Retention { months: 0 }, 9)), Ok(0));
    assert_eq!(
        world.write(|draft| drop_old(draft, first_of_month.next(), Retention { months: 0 }, 9)),
        Ok(2)
    );
}

#[test]
fn deletion_is_bounded_and_goes_on() {
    let mut world = World::new();
    world.write(|draft| (0..5).for_each(|n| draft.put(&session(0, NetworkDay(DAY.0 - n)))));
    let mut drop = || world.write(|draft| drop_old(draft, later(3), RETENTION, 2));
    assert_eq!([drop(), drop(), drop(), drop()], [Ok(2), Ok(2), Ok(1), Ok(0)]);
}
