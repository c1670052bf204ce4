//! Pseudonyms differ in everything that must tell them apart, and tags are recognised for two days.

use super::*;
use proptest::prelude::*;

fn idx(n: u8) -> Idx {
    Idx([n; 32])
}

fn code(text: &str) -> BankCode {
    text.parse().unwrap()
}

#[test]
fn a_session_is_of_one_key_person_bank_day_and_account() {
    let (key, other) = (MonthKey::new([1; 32]), MonthKey::new([2; 32]));
    let (day, handle) = (NetworkDay(20_000), AccountHandle([5; 32]));
    let base = session_id(&key, &idx(1), &code("HDFC"), day, &handle);
    assert_eq!(base, session_id(&key, &idx(1), &code("HDFC"), day, &handle));
    for changed in [
        session_id(&other, &idx(1), &code("HDFC"), day, &handle),
        session_id(&key, &idx(2), &code("HDFC"), day, &handle),
        session_id(&key, &idx(1), &code("SBI"), day, &handle),
        session_id(&key, &idx(1), &code("HDFC"), day.next(), &handle),
        session_id(&key, &idx(1), &code("HDFC"), day, &AccountHandle([6; 32])),
    ] {
        assert_ne!(base, changed);
    }
}

#[test]
fn keys_of_two_uses_differ_and_show_nothing() {
    let (tag, handle) = (TagKey::of_chain_key(&[7; 32]), HandleKey::of_vault_key(&[7; 32]));
    let epoch = idx_types::EpochKey::new(3, [7; 32].into());
    assert_eq!(TagKey::of_epoch(&epoch).expose(), tag.expose());
    assert_ne!(tag.expose(), handle.expose());
    assert_eq!(format!("{tag:?} {handle:?}"), "TagKey(****) HandleKey(****)");
}

#[test]
fn tags_are_recognised_for_two_days_and_only_by_the_receivers_bank() {
    let key = TagKey::of_chain_key(&[7; 32]);
    let (today, customers) = (NetworkDay(20_000), [idx(1), idx(2)]);
    let mut book = TagBook::new(key.clone().into(), today, &customers);
    let tag = |n, day| receiver_tag(&key, &idx(n), day);
    assert_eq!(book.customer(&tag(1, today), today), Some(idx(1)));
    assert_eq!(book.customer(&tag(3, today), today), None, "another bank's customer");
    assert_eq!(book.customer(&tag(1, today), NetworkDay(19_999)), None, "today's tag on yesterday's intent");
    assert_eq!(book.customer(&tag(2, NetworkDay(19_999)), NetworkDay(19_999)), Some(idx(2)));
    assert!(!book.has(today.next()));
    book.add(idx(3));
    book.put(today.next(), TagDay::of(&key.clone().into(), today.next(), customers.iter()));
    book.turn(today.next());
    assert_eq!(book.customer(&tag(1, today), today), Some(idx(1)), "made yesterday, still open");
    assert_eq!(book.customer(&tag(1, today.next()), today.next()), Some(idx(1)));
    assert_eq!(book.customer(&tag(2, NetworkDay(19_999)), NetworkDay(19_999)), None, "too old");
    for day in [today, today.next()] {
        assert_eq!(book.customer(&tag(3, day), day), Some(idx(3)), "registered while tags were made");
    }
}

proptest! {
    /// Two people on two days never share a tag, and a tag of one epoch is none of another.
    #[test]
    fn tags_do_not_meet(
        a in any::<[u8; 32]>(),
        b in any::<[u8; 32]>(),
        day in 0u32..100_000,
        step in 0u32..9,
    ) {
        let key = TagKey::of_chain_key(&[7; 32]);
        let one = receiver_tag(&key, &Idx(a), NetworkDay(day));
        let two = receiver_tag(&key, &Idx(b), NetworkDay(day + step));
        prop_assert_eq!(one == two, a == b && step == 0);
        prop_assert_ne!(one, receiver_tag(&TagKey::of_chain_key(&[8; 32]), &Idx(a), NetworkDay(day)));
    }
}
