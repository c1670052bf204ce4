//! A thief with the whole store and no keystore, and what altered bytes lead to.

use super::*;

/// Every secret a store of [`filled`] stands for, as bytes that a thief would look for.
fn needles(world: &World) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    for (person, (name, pan, rbi, number, nickname)) in PEOPLE.iter().enumerate() {
        all.extend(
            [("name", name), ("PAN", pan), ("RBI", rbi), ("number", number), ("nickname", nickname)]
                .map(|(what, text)| (what, text.as_bytes().to_vec())),
        );
        all.push(("memo", memo(person).memo.expose().as_bytes().to_vec()));
        all.push(("IDX text", idx(person).to_string().into_bytes()));
        let secrets = [idx(person).0, handle(person).0, tx_id(person).0, session(person, DAY).id.0];
        all.extend(secrets.map(|bytes| ("32 bytes", bytes.to_vec())));
        all.push(("session seed", session(person, DAY).secret.unwrap().expose().to_vec()));
    }
    let month: rows::MonthSecret = world.shelf().all(b"").unwrap().remove(0);
    all.push(("month key", month.secret.expose().to_vec()));
    all
}

/// Whether a needle, or most of it, is in the hay: a part would already tell.
fn holds(hay: &[u8], needle: &[u8]) -> bool {
    let part = &needle[..needle.len().min(6)];
    hay.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

#[test]
fn a_stolen_store_shows_nobody() {
    let world = filled();
    let dump = world.store.dump();
    let needles = needles(&world);
    assert!(needles.len() > 20 && dump.len() > 5_000);
    for (what, needle) in &needles {
        assert!(!holds(&dump, needle), "{what} is in the store");
    }
    let mut leaky = dump;
    leaky.extend(b"..asha rao..");
    assert!(holds(&leaky, &needles[0].1), "the search finds what is there");
}

#[test]
fn fields_of_one_content_look_different() {
    let mut world = World::new();
    world.write(|draft| draft.put(&customer(0)));
    let first = world.store.dump();
    world.write(|draft| draft.put(&customer(0)));
    let second = world.store.dump();
    assert_eq!(first.len(), second.len());
    let same = first.iter().zip(&second).filter(|(a, b)| a == b).count();
    assert!(same < first.len() / 2, "{same} of {} bytes are the same", first.len());
}

#[test]
fn a_name_does_not_show_by_its_length() {
    let lengths = ["Al", "Asha Lakshmi Rao"].map(|name| {
        let mut world = World::new();
        world.write(|draft| draft.put(&Customer { name: name.parse().unwrap(), ..customer(0) }));
        world.store.dump().len()
    });
    assert_eq!(lengths[0], lengths[1]);
}

#[test]
fn a_stranger_opens_nothing() {
    let world = filled();
    let stranger = VaultKeys::open(VaultKey::new(1, &[0x12; 32]), None, &world.store).unwrap_err();
    assert_eq!(stranger, VaultError::Damaged { table: Table::Meta, field: "secret" });
    let newer = VaultKeys::open(VaultKey::new(2, &[0x11; 32]), None, &world.store).unwrap_err();
    assert_eq!(newer, VaultError::KeyMissing { table: Table::Meta, version: 1 });
    let empty = VaultKeys::open(VaultKey::new(1, &[0x11; 32]), None, &MemoryStore::default()).unwrap_err();
    assert_eq!(empty, VaultError::Empty);
    assert!(VaultKeys::open(VaultKey::new(1, &[0x11; 32]), None, &world.store).is_ok());
}

/// Flips every byte of a customer's row in turn: each is noticed, and the message shows nobody.
#[test]
fn every_altered_byte_is_noticed_and_named() {
    let world = filled();
    let (key, row) = world.store.scan(Table::Customers, b"", None, 1).unwrap().remove(0);
    let mut fields = std::collections::BTreeSet::new();
    for place in 0..row.len() {
        let mut bent = row.clone();
        bent[place] ^= 1;
        let error = sealing::open::<Customer>(&world.keys, Table::Customers, &key, &bent).unwrap_err();
        match &error {
            VaultError::Damaged { table: Table::Customers, field } => fields.insert(*field),
            VaultError::KeyMissing { .. } => place < 2,
            other => panic!("byte {place}: {other}"),
        };
        assert!(PEOPLE.iter().all(|person| !error.to_string().contains(person.0)));
    }
    assert!(Customer::FIELDS.iter().all(|field| fields.contains(field)), "{fields:?}");
}

/// A row put in another's place, and a field put in another row, do not open there.
#[test]
fn rows_and_fields_stay_where_they_were_written() {
    let world = filled();
    let rows = world.store.scan(Table::Customers, b"", None, 2).unwrap();
    let [(first, row), (second, _)] = &rows[..] else { panic!("two customers") };
    assert!(sealing::open::<Customer>(&world.keys, Table::Customers, first, row).is_ok());
    let moved = sealing::open::<Customer>(&world.keys, Table::Customers, second, row).unwrap_err();
    assert_eq!(moved, VaultError::Damaged { table: Table::Customers, field: "idx" });
}

proptest::proptest! {
    /// Whatever bytes a disk gives back, reading them is an answer and never a panic.
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let world = World::new();
        let answer = sealing::open::<Customer>(&world.keys, Table::Customers, b"key", &bytes);
        proptest::prop_assert!(answer.is_err());
        let first_key = [&1u16.to_le_bytes()[..], &bytes].concat();
        let answer = sealing::open::<Customer>(&world.keys, Table::Customers, b"key", &first_key);
        let damaged = matches!(answer, Err(VaultError::Damaged { table: Table::Customers, .. }));
        proptest::prop_assert!(damaged);
    }
}

#[test]
fn no_record_shows_itself_in_debug() {
    let all = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        customer(0),
        account(0),
        session(0, DAY),
        contact(0),
        outgoing(0),
        filled().keys
    );
    for (name, pan, rbi, number, nickname) in PEOPLE {
        assert!([name, pan, rbi, number, nickname].iter().all(|text| !all.contains(text)), "{all}");
    }
    assert!(!all.contains("a0a0"), "{all}");
}
