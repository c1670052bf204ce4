//! Logins begin, turn and end; a refresh token that is shown twice ends its login.

use super::*;
use crate::vault::{Holder, LoginId, PasswordHash, erase};
use idx_crypto::{Hash32, KdfCost};

const FIRST: Hash32 = Hash32([1; 32]);
const SECOND: Hash32 = Hash32([2; 32]);
const THIRD: Hash32 = Hash32([3; 32]);

fn asha() -> Holder {
    Holder::Customer(*person(ASHA).idx())
}

fn log_in(world: &mut World, holder: Holder, n: u8) -> Result<Answer, Refusal> {
    let until = world.now.plus(1_000);
    world.ask(0, Ask::LogIn { holder, step: None, id: LoginId([n; 16]), refresh: Some(FIRST), until })
}

fn turn(world: &mut World, n: u8, shown: Hash32, next: Hash32) -> Result<Answer, Refusal> {
    let until = world.now.plus(1_000);
    world.ask(0, Ask::TurnLogin { id: LoginId([n; 16]), shown, next, until })
}

#[test]
fn a_token_that_is_shown_twice_ends_its_login_and_no_other() {
    let mut world = World::new();
    for n in [1, 2] {
        assert_eq!(log_in(&mut world, asha(), n), Ok(Answer::LoggedIn));
    }
    assert_eq!(turn(&mut world, 1, FIRST, SECOND), Ok(Answer::LoggedIn));
    assert_eq!(turn(&mut world, 1, SECOND, THIRD), Ok(Answer::LoggedIn));
    assert_eq!(turn(&mut world, 1, FIRST, THIRD), Ok(Answer::LoggedOut), "the thief comes late");
    assert_eq!(turn(&mut world, 1, THIRD, FIRST), Err(Refusal::LoginOver), "and the owner must log in");
    assert_eq!(turn(&mut world, 2, FIRST, SECOND), Ok(Answer::LoggedIn), "elsewhere she stays");
    world.now = world.now.plus(1_000);
    assert_eq!(turn(&mut world, 2, SECOND, THIRD), Err(Refusal::LoginOver), "its time is over");
}

#[test]
fn logins_are_bounded_and_end_with_the_credential_and_the_person() {
    let mut world = World::new();
    for n in 0..LOGINS_PER_HOLDER_MAX as u8 + 3 {
        world.now = world.now.plus(1);
        log_in(&mut world, asha(), n).unwrap();
    }
    let kept = world.banks[0].shelf().logins_of(&asha()).unwrap();
    assert_eq!(kept.len(), LOGINS_PER_HOLDER_MAX);
    assert!(world.banks[0].shelf().login(&LoginId([2; 16])).unwrap().is_none(), "the oldest went");
    log_in(&mut world, Holder::Clerk("Counter 4".into()), 99).unwrap();

    let password = PasswordHash::new("correct horse", [9; 32], KdfCost::testnet()).unwrap();
    let credential = Credential::Password(password.clone());
    let owner = *person(ASHA).idx();
    assert_eq!(world.ask(0, Ask::SetCredential { owner, credential }), Ok(Answer::Credential));
    let shelf = world.banks[0].shelf();
    assert_eq!(shelf.customer(&owner).unwrap().unwrap().credential, Credential::Password(password));
    assert!(shelf.logins_of(&asha()).unwrap().is_empty());
    assert!(shelf.login(&LoginId([99; 16])).unwrap().is_some(), "a clerk is not meant");

    log_in(&mut world, asha(), 7).unwrap();
    let bench = &world.banks[0];
    let mut draft = crate::vault::Draft::new(&bench.keys, &bench.store, Entropy::new([5; 32]));
    erase(&mut draft, &owner, world.now).unwrap();
    assert!(draft.login(&LoginId([7; 16])).unwrap().is_none());
    let nobody = Holder::Customer(*person(9).idx());
    assert_eq!(log_in(&mut world, nobody, 8), Err(Refusal::UnknownCustomer));
}

#[test]
fn a_login_that_is_ended_stays_ended() {
    let mut world = World::new();
    log_in(&mut world, asha(), 1).unwrap();
    for _ in 0..2 {
        assert_eq!(world.ask(0, Ask::LogOut(LoginId([1; 16]))), Ok(Answer::LoggedOut));
    }
    assert_eq!(turn(&mut world, 1, FIRST, SECOND), Err(Refusal::LoginOver));
}

#[test]
fn a_contact_takes_a_free_name_only() {
    let mut world = World::new();
    let owner = *person(ASHA).idx();
    let name = |text: &str| text.parse::<crate::Nickname>().unwrap();
    for (nickname, who) in [("Landlord", BILAL), ("Sister", CHARU)] {
        let ask = Ask::AddContact { owner, nickname: name(nickname), idx: *person(who).idx() };
        world.ask(0, ask).unwrap();
    }
    let rename = |from: &str, to: &str| Ask::RenameContact { owner, nickname: name(from), new: name(to) };
    for (from, to, answer) in [
        ("Landlord", "SISTER", Err(Refusal::ContactExists)),
        ("Uncle", "Aunt", Err(Refusal::UnknownContact)),
        ("landlord", "LANDLORD", Ok(Answer::Contacts)),
        ("Landlord", "Bilal", Ok(Answer::Contacts)),
    ] {
        assert_eq!(world.ask(0, rename(from, to)), answer, "{from} to {to}");
    }
    let contact = world.banks[0].shelf().contact(&owner, &name("bilal")).unwrap().unwrap();
    assert_eq!(contact.idx, *person(BILAL).idx());
}
