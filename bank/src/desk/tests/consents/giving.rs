//! Giving a consent: what is none, whose word it takes, how many there can be.

use super::*;
use crate::vault::{Draft, VaultStore};
use idx_crypto::{Hash32, Signature, Signer};
use idx_types::CONSENT_DAYS_MAX;
use idx_types::testing::{chain_id, key};

#[test]
fn what_cannot_be_allowed() {
    let mut world = World::new();
    let (bilal, nobody) = (*person(BILAL).idx(), *person(50).idx());
    let signature = Some(Signature([1; 64]));
    for (owner, to, days, own_signature, refusal) in [
        (nobody, "ICICI", 90, None, Refusal::UnknownCustomer),
        (bilal, "ICICI", 0, None, Refusal::BadConsentTerm),
        (bilal, "ICICI", CONSENT_DAYS_MAX + 1, None, Refusal::BadConsentTerm),
        (bilal, "SBI", 90, None, Refusal::UnknownBank),
        (bilal, "CITI_USA", 90, None, Refusal::UnknownBank),
        (bilal, "ICICI", 90, signature, Refusal::BadSignature),
    ] {
        let ask = Ask::GiveConsent { owner, to: to.parse().unwrap(), days, own_signature };
        assert_eq!(world.ask(SBI, ask), Err(refusal), "{to} for {days} days");
    }
    assert!(kept(&world).is_empty());
}

/// Charu signs for himself, so a bank alone cannot say that he allowed something.
#[test]
fn a_customer_with_a_key_of_his_own_says_it_with_that_key() {
    let mut world = World::new();
    world.customer(SBI, CHARU, Credential::OwnKey(key(70).public_key())).unwrap();
    world.account(SBI, CHARU, 0);
    let (owner, today) = (*person(CHARU).idx(), NetworkDay::of(world.now));
    let word = |to: u16, day: NetworkDay, days: u32| {
        let banks = (BankId(SBI as u16), BankId(to));
        Consent::own_word(chain_id(), &owner, banks, (day, days))
    };
    let yesterday = NetworkDay(today.0 - 1);
    for (what, said, by, answer) in [
        ("another key", word(ICICI, today, 90), 71, Err(Refusal::BadSignature)),
        ("to another bank", word(HDFC, today, 90), 70, Err(Refusal::BadSignature)),
        ("on another day", word(ICICI, yesterday, 90), 70, Err(Refusal::BadSignature)),
        ("for another time", word(ICICI, today, 91), 70, Err(Refusal::BadSignature)),
        ("his word", word(ICICI, today, 90), 70, Ok(())),
    ] {
        let own_signature = Some(key(by).sign(&said));
        let ask = Ask::GiveConsent { owner, to: code(ICICI), days: 90, own_signature };
        assert_eq!(world.ask(SBI, ask).map(|_| ()), answer, "{what}");
    }
    let unsigned = Ask::GiveConsent { owner, to: code(HDFC), days: 90, own_signature: None };
    assert_eq!(world.ask(SBI, unsigned), Err(Refusal::ConsentUnsigned));
    assert!(asks(&mut world, ICICI, CHARU).is_some() && asks(&mut world, HDFC, CHARU).is_none());
}

/// Puts a consent to a bank that this world does not have into the vault.
fn fill(world: &World, asker: u16, until: TimestampMs) {
    let bench = &world.banks[SBI];
    let mut draft = Draft::new(&bench.keys, &bench.store, Entropy::new([asker as u8; 32]));
    let (id, owner) = (ConsentId([asker as u8; 32]), *person(BILAL).idx());
    let consent = Consent {
        chain_id: chain_id(),
        id,
        person: Consented::person(&bench.keys, &owner, &id),
        holder: BankId(SBI as u16),
        asker: BankId(asker),
        from: NOON,
        until,
    };
    let (asker, own_signature, last_used, times_used) = (code(HDFC), None, None, 0);
    draft.put(&Consented { owner, consent, asker, own_signature, last_used, times_used });
    bench.store.commit(&draft.into_batch()).unwrap();
}

#[test]
fn consents_are_bounded_and_those_whose_time_is_over_make_room() {
    let mut world = World::new();
    let later = NOON.plus(world::DAY_MS);
    for asker in 0..CONSENTS_PER_CUSTOMER_MAX as u16 {
        fill(&world, 100 + asker, if asker < 2 { later.plus(u64::from(asker)) } else { later.plus(1_000) });
    }
    let give = |world: &mut World, to: u16| {
        let owner = *person(BILAL).idx();
        world.ask(SBI, Ask::GiveConsent { owner, to: code(to), days: 90, own_signature: None })
    };
    assert_eq!(give(&mut world, ICICI), Err(Refusal::TooManyConsents));
    world.now = later;
    assert!(give(&mut world, ICICI).is_ok(), "the time of one is over");
    assert_eq!(give(&mut world, HDFC), Err(Refusal::TooManyConsents));
    assert!(give(&mut world, ICICI).is_ok(), "who has a place keeps it");
    let left: Vec<u16> = kept(&world).iter().map(|known| known.consent.asker.0).collect();
    assert!(left.len() == CONSENTS_PER_CUSTOMER_MAX && !left.contains(&100) && left.contains(&101));
}

#[test]
fn a_document_of_somebody_or_somewhere_else_allows_nothing() {
    let mut world = World::new();
    gives(&mut world, ICICI, 90);
    let good = kept(&world).remove(0);
    let keys = &world.banks[SBI].keys;
    let home = (chain_id(), BankId(SBI as u16));
    let allows = |row: &Consented| row.allows(keys, home, BankId(ICICI), NOON);
    assert!(allows(&good));
    type Change = fn(&mut Consented);
    let table: [(&str, Change); 7] = [
        ("another person's", |row| row.owner = *person(ASHA).idx()),
        ("another document's person", |row| row.consent.id = ConsentId([9; 32])),
        ("no person's", |row| row.consent.person = Hash32([9; 32])),
        ("of another network", |row| row.consent.chain_id.0.0[0] ^= 1),
        ("of another holder", |row| row.consent.holder = BankId(0)),
        ("to another bank", |row| row.consent.asker = BankId(0)),
        ("not begun", |row| row.consent.from = NOON.plus(1)),
    ];
    for (what, change) in table {
        let mut row = good.clone();
        change(&mut row);
        assert!(!allows(&row), "{what}");
    }
    let elsewhere = &world.banks[1].keys;
    assert!(!good.allows(elsewhere, home, BankId(ICICI), NOON), "another vault cannot check it");
}
