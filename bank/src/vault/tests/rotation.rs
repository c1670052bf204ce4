//! A new vault key takes over while the vault serves.

use super::*;

fn turning(world: &World) -> VaultKeys {
    let (new, old) = (VaultKey::new(2, &[0x33; 32]), VaultKey::new(1, &[0x11; 32]));
    VaultKeys::open(new, Some(old), &world.store).unwrap()
}

#[test]
fn every_row_turns_in_bounded_batches_and_stays_readable() {
    let mut world = filled();
    history::index(&world);
    let rows = world.store.len();
    world.keys = turning(&world);
    let (mut cursor, mut turned) = (Some(RotationCursor::start()), 0);
    while let Some(at) = cursor {
        let mut draft = Draft::new(&world.keys, &world.store, Entropy::new([turned as u8; 32]));
        cursor = rotate(&mut draft, at, 3).unwrap();
        let batch = draft.into_batch();
        assert!(batch.changes.len() <= 3);
        turned += batch.changes.len();
        world.store.commit(&batch).unwrap();
        assert_eq!(world.shelf().customer(&idx(0)), Ok(Some(customer(0))), "it serves meanwhile");
    }
    assert_eq!((turned, world.store.len()), (rows, rows));

    world.keys = VaultKeys::open(VaultKey::new(2, &[0x33; 32]), None, &world.store).unwrap();
    assert_eq!(world.shelf().customer_of_pan(&customer(1).pan), Ok(Some(customer(1))));
    assert_eq!(world.shelf().incoming(&tx_id(0)), Ok(Some(incoming(1))));
    assert_eq!(world.shelf().history(&idx(0), u64::MAX, 9).unwrap().len(), 2);
    let old = VaultKeys::open(VaultKey::new(1, &[0x11; 32]), None, &world.store).unwrap_err();
    assert_eq!(old, VaultError::KeyMissing { table: Table::Meta, version: 2 });
}

/// Stopped after any number of rows, it opens with both secrets and goes on; with one alone it does not.
#[test]
fn a_turn_that_was_cut_short_anywhere_goes_on() {
    let (new, old) = ([0x33; 32], [0x11; 32]);
    let rows = filled().store.len();
    for done in 0..=rows {
        let mut world = filled();
        for (stage, limit) in [(0, done), (1, rows)] {
            world.keys = VaultKeys::open_turning(&new, &old, &world.store).unwrap();
            assert_eq!(world.keys.current().version(), 2, "{done} rows");
            let (mut cursor, mut left) = (Some(RotationCursor::start()), limit);
            while let Some(at) = cursor.filter(|_| left > 0) {
                let mut draft = Draft::new(&world.keys, &world.store, Entropy::new([stage; 32]));
                cursor = rotate(&mut draft, at, 1).unwrap();
                let batch = draft.into_batch();
                left -= batch.changes.len();
                world.store.commit(&batch).unwrap();
            }
        }
        let world_keys = VaultKeys::open(VaultKey::new(2, &new), None, &world.store).unwrap();
        world.keys = world_keys;
        assert_eq!(world.shelf().customer(&idx(1)), Ok(Some(customer(1))), "{done} rows");
        assert!(VaultKeys::open_turning(&[1; 32], &[2; 32], &world.store).is_err());
    }
}

#[test]
fn a_rotation_that_starts_again_skips_what_is_done() {
    let mut world = filled();
    world.keys = turning(&world);
    for expected in [2, 0] {
        let mut draft = Draft::new(&world.keys, &world.store, Entropy::new([9; 32]));
        let customers = RotationCursor::start();
        let customers = rotate(&mut draft, customers, 100).unwrap().unwrap();
        rotate(&mut draft, customers, 100).unwrap().unwrap();
        let batch = draft.into_batch();
        let of_customers = batch.changes.iter().filter(|c| matches!(c, Change::Put(Table::Customers, ..)));
        assert_eq!(of_customers.count(), expected);
        world.store.commit(&batch).unwrap();
    }
}
