//! Two sessions of one customer on two days cannot be linked by the public (document 1.4): ten network days
//! of payments, and matchers that use all that an observer stores of sessions, keys and ids.
//!
//! ```text
//!   payments of ten days -> desks of four banks -> blocks -> public form -> a profile for each session
//!     for each session of a day, its account's session of the next day is guessed among its bank's
//!     right guesses against chance: no matcher is better than 1 in a million would be by luck
//! ```
//!
//! The matchers know no amounts and no times, and the payments of a day come in an order of their own.
//! That they would find a link if there was one is shown with views into which one is planted, and with
//! customers who sign with a key of their own.

mod matchers;
mod payments;
mod view;

use super::world::{BANKS, DAY_MS};
use super::*;
use idx_crypto::{SecretKey, Signer, sha256};
use idx_types::testing::key;
use matchers::{Matcher, Score, all_matchers, score};
use payments::Payments;
use view::{Day, Field, Profile, profiles};

/// Days of the story.
const DAYS: usize = 10;

/// By luck alone a matcher does so well, or better, once in so many stories.
const LUCK_MAX: f64 = 1e-6;

/// Plays the payments and gives what an observer has of each day.
fn observed(payments: &Payments) -> Vec<Day> {
    let mut world = World::new();
    let people = payments.settle_in(&mut world, |_| Credential::Unset);
    days_of(&mut world, |world, day| payments::play(world, &people, &payments.days[day]))
}

/// Plays ten days and gives what an observer has of each.
fn days_of(world: &mut World, play: impl Fn(&mut World, usize)) -> Vec<Day> {
    let mut day = |number: usize| {
        world.now = NOON.plus((number as u64 + 1) * DAY_MS);
        world.block();
        world.observed.clear();
        play(world, number);
        profiles(&world.observed, |id| world.ledger.session(id).unwrap().account)
    };
    (0..DAYS).map(&mut day).collect()
}

fn scores(days: &[Day]) -> Vec<(Matcher, Score)> {
    let scored = |matcher: Matcher| (matcher, score(days, &matcher));
    all_matchers().into_iter().map(scored).collect()
}

/// Nothing in sessions, keys and ids links; how often somebody pays and is paid is another matter, and is
/// only told.
fn nothing_links(name: &str, days: &[Day]) {
    for (matcher, score) in scores(days) {
        assert!(score.guesses >= 200, "{name}: only {} guesses", score.guesses);
        if matcher.is_of_behaviour() {
            println!("{name}: {matcher}: {score}");
        } else {
            assert!(score.luck() > LUCK_MAX, "{name}: {matcher} links: {score}");
        }
    }
}

#[test]
fn sessions_of_an_account_cannot_be_linked_across_days() {
    nothing_links("made payments", &observed(&Payments::made()));
}

#[test]
fn nor_those_of_real_payments() {
    let Some(payments) = Payments::real() else { return };
    nothing_links("real payments", &observed(&payments));
}

/// What a bug would look like: each is found by some matcher, beyond all luck.
#[test]
fn matchers_find_what_is_planted() {
    type Plant = fn(&mut Profile, &AccountHandle, usize);
    let table: [(&str, Plant); 7] = [
        ("a key used again", |profile, account, _| {
            profile.set(Field::SessionKey, sha256(&account.0).0.to_vec());
        }),
        ("a blind used again", |profile, account, _| {
            profile.set(Field::AccountCommitment, sha256(&account.0).0.to_vec());
        }),
        ("a nonce that counts", |profile, account, day| {
            let first = u64::from_le_bytes(*account.0.first_chunk().unwrap()) >> 1;
            profile.set(Field::OpeningNonce, (first + day as u64).to_be_bytes().to_vec());
        }),
        ("a session id that keeps its first bytes", |profile, account, _| {
            let mut id = profile.first(Field::SessionId);
            id[..6].copy_from_slice(&account.0[..6]);
            profile.set(Field::SessionId, id);
        }),
        ("a signature with the nonce of yesterday", |profile, account, _| {
            profile.set(Field::OpeningR, sha256(&account.0[1..]).0.to_vec());
        }),
        ("one secret in two places", |profile, account, day| {
            let field = if day % 2 == 0 { Field::IdentityCommitment } else { Field::OpeningS };
            profile.set(field, sha256(&account.0[2..]).0.to_vec());
        }),
        ("sessions opened in the order of accounts", |profile, account, _| {
            profile.place = f64::from(u32::from_be_bytes(*account.0.first_chunk().unwrap()));
        }),
    ];
    let clean = observed(&Payments::made());
    for (what, plant) in table {
        let mut days = clean.clone();
        for (number, day) in days.iter_mut().enumerate() {
            day.profiles.iter_mut().for_each(|profile| plant(profile, &profile.account.clone(), number));
        }
        let found = scores(&days)
            .into_iter()
            .find(|(matcher, score)| !matcher.is_of_behaviour() && score.luck() < LUCK_MAX / 1_000.0);
        assert!(found.is_some(), "{what} is not found");
    }
}

/// Customers who sign themselves bring a fresh key for every session, so nobody is found by it.
#[test]
fn keys_of_ones_own_link_no_days() {
    let mut world = World::new();
    let own = |place: usize| Credential::OwnKey(key(u8::try_from(place + 120).unwrap()).public_key());
    let people = Payments::made().settle_in(&mut world, own);
    let days = days_of(&mut world, |world, day| {
        for (place, person) in people.iter().enumerate() {
            let label = format!("{place} on {day:?}");
            let fresh = SecretKey::from_seed(&sha256(label.as_bytes()).0).public_key();
            let ask = Ask::OpenSession { owner: person.idx, account: person.handle, key: Some(fresh) };
            assert!(matches!(world.ask(person.bank, ask), Ok(Answer::Session(_))));
        }
        world.block();
    });
    // The order of the asks is the same on all days here, and links as well: that is not the bank's doing.
    for (matcher, score) in scores(&days).into_iter().filter(|(matcher, _)| !matcher.is_of_order()) {
        assert!(score.luck() >= LUCK_MAX, "{matcher}: {score}");
    }
}
