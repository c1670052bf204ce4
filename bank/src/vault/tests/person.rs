//! Export shows one person and no other; erasure leaves what the law asks for.

use super::*;

#[test]
fn an_export_holds_everything_of_one_person() {
    let world = filled();
    let file = export(&world.shelf(), &idx(0), NetworkDay(DAY.0 - 30), DAY).unwrap().unwrap();
    let expected = PersonFile {
        customer: customer(0),
        accounts: vec![account(0)],
        sessions: vec![session(0, DAY)],
        contacts: vec![contact(0)],
        sent: vec![outgoing(0)],
        received: vec![incoming(0)],
        news: vec![news(0)],
        consents: vec![consented(0)],
        memos: vec![memo(0)],
    };
    assert_eq!(file, expected);
    assert_eq!(export(&world.shelf(), &idx(9), DAY, DAY), Ok(None));
}

#[test]
fn erasure_takes_what_need_not_stay() {
    let mut world = filled();
    let early = world.write(|draft| erase(draft, &idx(0), TimestampMs(20)));
    assert_eq!(early, Ok(Erased { contacts: 1, transfers: 0, news: 0 }), "ended at 20: kept");
    assert_eq!(world.shelf().memos_of(&idx(0)), Ok(vec![memo(0)]), "with the transfer");
    let later = world.write(|draft| erase(draft, &idx(0), TimestampMs(21)));
    assert_eq!(later, Ok(Erased { contacts: 0, transfers: 1, news: 1 }));
    let file = export(&world.shelf(), &idx(0), DAY, DAY).unwrap().unwrap();
    assert_eq!(file.customer, Customer { credential: Credential::Unset, ..customer(0) });
    assert_eq!((file.contacts.len(), file.sent.len(), file.memos.len()), (0, 0, 0));
    assert_eq!((file.received, file.news), (vec![incoming(0)], vec![]), "still open");
    assert_eq!((file.accounts, file.consents), (vec![account(0)], vec![]));
    let other = export(&world.shelf(), &idx(1), DAY, DAY).unwrap().unwrap();
    assert_eq!((other.contacts.len(), other.sent.len(), other.customer), (1, 1, customer(1)));
    assert_eq!((other.consents, other.memos), (vec![consented(1)], vec![memo(1)]));
}
