//! News are numbered without gaps, bounded, and each customer's own.

use super::*;

fn told(person: usize, at: u64) -> Turn {
    Turn { at: TimestampMs(at), ..news(person).turn }
}

/// Tells the first customer, at these times, in one step.
fn tell(world: &mut World, times: std::ops::RangeInclusive<u64>) {
    world.write(|draft| {
        for at in times {
            draft.add_news(idx(0), told(0, at)).unwrap();
        }
    });
}

fn numbers(page: &NewsPage) -> Vec<u64> {
    page.items.iter().map(|news| news.sequence).collect()
}

#[test]
fn numbers_run_from_one_for_each_customer() {
    let mut world = World::new();
    assert_eq!(world.shelf().news(&idx(0), 0, 9), Ok(NewsPage { oldest: 1, last: 0, items: vec![] }));
    for at in 1..=3 {
        assert_eq!(world.write(|draft| draft.add_news(idx(0), told(0, at))), Ok(at));
    }
    let both = world.write(|draft| {
        (draft.add_news(idx(0), told(0, 4)).unwrap(), draft.add_news(idx(0), told(0, 5)).unwrap())
    });
    assert_eq!(both, (4, 5), "one step counts on");
    assert_eq!(world.write(|draft| draft.add_news(idx(1), told(1, 1))), Ok(1));
    for (after, limit, expected) in [(0, 9, 1..=5), (0, 2, 1..=2), (3, 9, 4..=5), (4, 1, 5..=5)] {
        let page = world.shelf().news(&idx(0), after, limit).unwrap();
        assert_eq!(numbers(&page), expected.collect::<Vec<_>>(), "after {after}, at most {limit}");
        assert_eq!((page.oldest, page.last), (1, 5));
        assert!(page.items.iter().all(|news| news.turn == told(0, news.sequence)));
    }
    assert!(world.shelf().news(&idx(0), 5, 9).unwrap().items.is_empty());
    assert!(world.shelf().news(&idx(0), u64::MAX, 9).unwrap().items.is_empty());
}

#[test]
fn the_oldest_give_their_place_to_new_ones() {
    let mut world = World::new();
    let more = NEWS_PER_CUSTOMER_MAX + 5;
    tell(&mut world, 1..=more);
    let page = world.shelf().news(&idx(0), 0, usize::MAX).unwrap();
    assert_eq!((page.oldest, page.last), (6, more));
    assert_eq!(numbers(&page), (6..=more).collect::<Vec<_>>());
    assert_eq!(world.store.len() as u64, NEWS_PER_CUSTOMER_MAX + 2, "with the index secret and the head");
}

#[test]
fn what_was_erased_leaves_a_gap_and_the_numbers_go_on() {
    let mut world = World::new();
    tell(&mut world, 1..=3);
    let erased = world.write(|draft| erase(draft, &idx(0), TimestampMs(3))).unwrap();
    assert_eq!(erased.news, 2);
    assert_eq!(world.write(|draft| draft.add_news(idx(0), told(0, 4))), Ok(4));
    assert_eq!(numbers(&world.shelf().news(&idx(0), 0, 9).unwrap()), [3, 4]);
}

#[test]
fn news_show_nothing_in_logs() {
    assert_eq!(format!("{:?} {:?}", news(0), news(0).turn), "News(****) Turn(**** COMPLETED)");
}

/// What a turn is of stands where the side of its transfer stood: rows of before are read as they are.
#[test]
fn a_row_of_before_there_were_travel_accounts_reads_as_it_was() {
    for (side, matter) in [(Side::Sender, Matter::Sent), (Side::Receiver, Matter::Received)] {
        assert_eq!(borsh::to_vec(&side).unwrap(), borsh::to_vec(&matter).unwrap());
        assert_eq!(Matter::from(side), matter);
    }
}
