//! Histories: pages by number, times that never fall, lines that go, and vaults of before.

use super::*;

fn put(world: &mut World, now: u64, n: u8) {
    world.write(|draft| draft.add_line(idx(0), (TxId([n; 32]), Side::Sender), TimestampMs(now)).unwrap());
}

fn numbers(lines: &[HistoryLine]) -> Vec<(u64, u64)> {
    lines.iter().map(|line| (line.number, line.at.0)).collect()
}

#[test]
fn pages_go_from_any_number_down() {
    let mut world = World::new();
    // The clock steps back at the third.
    for (n, now) in [(1, 100), (2, 200), (3, 150), (4, 200), (5, 300)] {
        put(&mut world, now, n);
    }
    let shelf = world.shelf();
    let owner = idx(0);
    let all = shelf.history(&owner, u64::MAX, 10).unwrap();
    assert_eq!(numbers(&all), [(5, 300), (4, 200), (3, 200), (2, 200), (1, 100)]);
    assert_eq!(numbers(&shelf.history(&owner, 4, 2).unwrap()), [(3, 200), (2, 200)]);
    assert_eq!(numbers(&shelf.history(&owner, 1, 2).unwrap()), []);
    assert_eq!(numbers(&shelf.history(&idx(1), u64::MAX, 2).unwrap()), []);
    for (time, below) in [(0, 1), (100, 1), (101, 2), (200, 2), (201, 5), (300, 5), (301, 6)] {
        assert_eq!(shelf.history_at(&owner, TimestampMs(time)).unwrap(), below, "{time}");
    }
    assert_eq!(shelf.history_at(&idx(1), TimestampMs(9)).unwrap(), 1);
    for (from, limit, found) in [(0, 2, vec![5, 4]), (3, 9, vec![2, 1]), (5, 1, vec![])] {
        let (lines, count) = shelf.history_places(&owner, from, limit).unwrap();
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), found);
        assert_eq!(count, 5);
    }
}

#[test]
fn a_line_can_go_and_its_number_comes_again_within_one_step_too() {
    let mut world = World::new();
    for n in 1..=3 {
        put(&mut world, 10 * u64::from(n), n);
    }
    world.write(|draft| {
        draft.remove_line(&TxId([3; 32]), Side::Sender).unwrap();
        draft.remove_line(&TxId([3; 32]), Side::Receiver).unwrap();
        for n in [8, 9] {
            draft.add_line(idx(0), (TxId([n; 32]), Side::Receiver), TimestampMs(50)).unwrap();
        }
    });
    let all = world.shelf().history(&idx(0), u64::MAX, 10).unwrap();
    let ids: Vec<u8> = all.iter().map(|line| line.id.0[0]).collect();
    assert_eq!((ids, all[0].number), (vec![9, 8, 2, 1], 4));
    assert_eq!(world.shelf().history_at(&idx(0), TimestampMs(30)).unwrap(), 3);
}

/// Gives a world without histories its histories.
pub(super) fn index(world: &World) {
    let entropy = || Ok::<_, VaultError>(Entropy::new([9; 32]));
    index_histories(&world.keys, &world.store, entropy).unwrap();
}

#[test]
fn a_vault_of_before_gets_its_histories_once() {
    let mut world = filled();
    assert_eq!(numbers(&world.shelf().history(&idx(0), u64::MAX, 10).unwrap()), []);
    for _ in 0..2 {
        index(&world);
        let shelf = world.shelf();
        for person in 0..2 {
            let lines = shelf.history(&idx(person), u64::MAX, 10).unwrap();
            let sides: Vec<Side> = lines.iter().map(|line| line.side).collect();
            assert_eq!(sides.len(), 2, "what he sent and what he was sent");
            assert!(lines.iter().all(|line| line.owner == idx(person)));
        }
    }
    put(&mut world, u64::MAX, 7);
    assert_eq!(world.shelf().history(&idx(0), u64::MAX, 10).unwrap().len(), 3);
}
