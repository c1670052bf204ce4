//! What a judge with both halves reads, and every way in which somebody may try to make it read another
//! thing, or anything with less.

use super::*;
use crate::judge::fixture::{self, *};
use idx_client::Shown;
use idx_crypto::{EnvelopePart, HpkeSecret, seal_half_to};
use idx_types::testing::hpke_secret;
use idx_types::{Height, SessionId, Transaction};

const SESSION: SessionId = SessionId([1; 32]);
const CUSTODIANS: [Holder; 2] = [Holder::Company, Holder::Regulator(0)];

fn shares_of(opening: &Transaction) -> Vec<OrderShare> {
    CUSTODIANS.map(|holder| share(ORDER, holder, opening, &half(holder, opening))).into()
}

fn with_shares(opening: Transaction, shares: Vec<OrderShare>) -> OrderFile {
    let shares = shares.into_iter().map(share_tx);
    file([opening].into_iter().chain(shares))
}

fn read(file: &OrderFile) -> Result<Opened, OpeningError> {
    read_with(file, ORDER, &reading())
}

fn read_with(file: &OrderFile, order: OrderId, key: &HpkeSecret) -> Result<Opened, OpeningError> {
    let mut all = open_all(order, file, key);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[test]
fn both_halves_open_the_one_record_of_a_session_or_an_account() {
    for session in [Some(SESSION), None] {
        let opening = opening(5, session);
        let opened = read(&with_shares(opening.clone(), shares_of(&opening))).unwrap();
        assert_eq!(opened.record, record(5, session));
        let again = read(&with_shares(opening.clone(), shares_of(&opening))).unwrap();
        assert_eq!(again.digest, opened.digest, "who reads the same confirms the same");
    }
}

#[test]
fn one_custodian_alone_opens_nothing_whatever_it_signs() {
    let opening = opening(5, Some(SESSION));
    for (place, missing) in [(0, HalfOf::Regulator), (1, HalfOf::Company)] {
        let alone = shares_of(&opening).remove(place);
        let twice = vec![alone.clone(), alone];
        let refused = read(&with_shares(opening.clone(), twice));
        assert_eq!(refused, Err(OpeningError::NotShared { of: missing }));
    }
    // The company gives its own half a second time, as if a regulator had released it.
    let company = half(Holder::Company, &opening);
    let forged = share(ORDER, Holder::Regulator(0), &opening, &company);
    let shares = vec![shares_of(&opening).remove(0), forged];
    let Err(OpeningError::Share { holder, .. }) = read(&with_shares(opening, shares)) else { panic!() };
    assert_eq!(holder, Holder::Regulator(0));
}

#[test]
fn a_share_moved_from_another_order_or_sealed_to_another_judge_is_refused() {
    let opening = opening(5, Some(SESSION));
    let regulator = half(Holder::Regulator(0), &opening);
    let other_order = OrderId([5; 32]);
    let elsewhere = seal_half_to(&reading().public(), &regulator, &other_order.digest(), &[6; 32]);
    let other_judge = seal_half_to(&hpke_secret(222).public(), &regulator, &ORDER.digest(), &[6; 32]);
    for (what, sealed) in [("moved", elsewhere), ("another judge's", other_judge)] {
        let mut shares = shares_of(&opening);
        shares[1].half = sealed;
        let refused = read(&with_shares(opening.clone(), shares));
        let Err(OpeningError::Share { holder: Holder::Regulator(0), why }) = refused else {
            panic!("{what}: {refused:?}")
        };
        assert!(!why.to_string().contains("Made-up"), "{what}");
    }
    let good = with_shares(opening, shares_of(&fixture::opening(5, Some(SESSION))));
    let refused = read_with(&good, other_order, &reading());
    assert_eq!(refused, Err(OpeningError::NotShared { of: HalfOf::Company }), "shares name their order");
    let refused = read_with(&good, ORDER, &hpke_secret(222));
    assert!(matches!(refused, Err(OpeningError::Share { holder: Holder::Company, .. })), "{refused:?}");
}

#[test]
fn a_wrong_half_names_its_custodian_and_reveals_nothing() {
    let (opening, other) = (opening(5, Some(SESSION)), opening(6, Some(SESSION)));
    for (place, holder) in CUSTODIANS.into_iter().enumerate() {
        let mut shares = shares_of(&opening);
        shares[place] = share(ORDER, holder, &opening, &half(holder, &other));
        let refused = read(&with_shares(opening.clone(), shares));
        let Err(OpeningError::Share { holder: named, why }) = refused else { panic!("{refused:?}") };
        assert_eq!(named, holder);
        assert!(matches!(why, EnvelopeError::WrongHalf { .. }), "{why}");
    }
}

/// The halves commit to nothing but themselves: whoever shows the judge another envelope, another
/// context or an altered byte is refused by name.
#[test]
fn an_altered_or_moved_envelope_is_refused() {
    let opening = opening(5, Some(SESSION));
    let shares = shares_of(&opening);
    let good = sealed(&opening).envelope;
    let mut bytes = borsh::to_vec(&good).unwrap();
    bytes[40] ^= 1;
    let bent = borsh::from_slice(&bytes).unwrap();
    let moved = opening_with(7, Some(SESSION), good);
    let bent = opening_with(5, Some(SESSION), bent);
    for (what, shown, part) in
        [("altered", bent, EnvelopePart::Record), ("another account's", moved, EnvelopePart::DataKey)]
    {
        let refused = read(&with_shares(shown, shares.clone()));
        let why = EnvelopeError::Damaged { part };
        assert_eq!(refused, Err(OpeningError::Envelope(why)), "{what}");
    }
    // Another customer's envelope in its place: the halves released for this one do not fit.
    let other = fixture::opening(6, Some(SESSION));
    let refused = read(&with_shares(other, shares));
    assert!(matches!(refused, Err(OpeningError::Share { .. })), "{refused:?}");
}

#[test]
fn a_bank_that_sealed_something_else_is_named() {
    use idx_bank::IdentityContext;
    let (handle, session) = (idx_types::AccountHandle([5; 32]), Some(SESSION));
    let chain_id = idx_types::testing::chain_id();
    let context = IdentityContext { chain_id, bank: HOME, handle, session };
    let honest = sealed(&opening(5, session)).envelope;
    let recipients = idx_crypto::Recipients {
        home: honest.home_key(),
        company: honest.company_key(),
        regulators: honest.regulator_keys().collect(),
    };
    let other = record(6, session).seal(&context, &recipients, &[1; 32]).unwrap();
    let opening = opening_with(5, session, other);
    assert_eq!(read(&with_shares(opening.clone(), shares_of(&opening))), Err(OpeningError::Record));
}

#[test]
fn of_several_regulators_the_first_right_half_is_taken() {
    let opening = opening(5, Some(SESSION));
    let mut shares = shares_of(&opening);
    let wrong = half(Holder::Company, &opening);
    shares.insert(1, share(ORDER, Holder::Regulator(1), &opening, &wrong));
    assert_eq!(read(&with_shares(opening, shares)).unwrap().record, record(5, Some(SESSION)));
}

#[test]
fn each_account_of_a_person_is_opened_by_its_own_halves() {
    let [first, second] = [5, 6].map(|number| opening(number, None));
    let mut shown = vec![first.clone(), second];
    shown.extend(shares_of(&first).into_iter().map(share_tx));
    let file = OrderFile { shown: shown.into_iter().map(|tx| Shown { height: Height(1), tx }).collect() };
    let all = open_all(ORDER, &file, &reading());
    assert_eq!(all[0].as_ref().unwrap().record, record(5, None));
    assert_eq!(all[1], Err(OpeningError::NotShared { of: HalfOf::Company }));
}
