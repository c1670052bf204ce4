//! What another bank is told of a customer: what he allowed it, and else nothing.

mod giving;

use super::*;
use crate::pseudonym::receiver_tag;
use crate::vault::Consented;
use idx_types::{
    AccountKind, AccountTold, BankCode, Consent, ConsentId, FreezeState, Height, NumberEnding, ReceiverTag,
};

const HDFC: u16 = 0;
const ICICI: u16 = 1;
const SBI: usize = 2;
const KOTAK: u16 = 3;

fn code(bank: u16) -> BankCode {
    world::BANKS[usize::from(bank)].0.parse().unwrap()
}

/// Bilal, at SBI, lets a bank ask.
fn gives(world: &mut World, to: u16, days: u32) -> Consent {
    let ask = Ask::GiveConsent { owner: *person(BILAL).idx(), to: code(to), days, own_signature: None };
    match world.ask(SBI, ask) {
        Ok(Answer::Consent(consent)) => consent,
        other => panic!("{other:?}"),
    }
}

fn withdraws(world: &mut World, who: usize, id: ConsentId) -> Result<Answer, Refusal> {
    world.ask(SBI, Ask::WithdrawConsent { owner: *person(who).idx(), id })
}

fn tag(who: usize, day: NetworkDay) -> ReceiverTag {
    receiver_tag(&world::tag_key(), person(who).idx(), day)
}

fn asks_by(world: &mut World, asker: u16, tag: ReceiverTag) -> Option<Vec<AccountTold>> {
    match world.ask(SBI, Ask::TellBank { asker: BankId(asker), tag }) {
        Ok(Answer::BalancesTold(told)) => told,
        other => panic!("{other:?}"),
    }
}

/// A bank asks SBI about somebody, by his tag of today.
fn asks(world: &mut World, asker: u16, who: usize) -> Option<Vec<AccountTold>> {
    let today = NetworkDay::of(world.now);
    asks_by(world, asker, tag(who, today))
}

fn kept(world: &World) -> Vec<Consented> {
    world.banks[SBI].shelf().consents_of(person(BILAL).idx()).unwrap()
}

#[test]
fn only_the_named_bank_is_told_of_that_person_only_while_it_lasts() {
    let mut world = World::new();
    assert_eq!(asks(&mut world, ICICI, BILAL), None, "he has said nothing");
    let consent = gives(&mut world, ICICI, 7);
    let account = AccountTold {
        ending: NumberEnding::of(world.account_of(SBI, BILAL).number.expose()).unwrap(),
        balance: Paise(10_000_000),
        held: Paise::ZERO,
        is_frozen: false,
    };
    let told = Some(vec![account]);
    for (asker, who, expected) in [
        (ICICI, BILAL, told.clone()),
        (HDFC, BILAL, None),
        (KOTAK, BILAL, None),
        (99, BILAL, None),
        (ICICI, ASHA, None),
        (ICICI, CHARU, None),
        (ICICI, 50, None),
    ] {
        assert_eq!(asks(&mut world, asker, who), expected, "bank {asker} about person {who}");
    }
    let begun = world.now;
    for (after_ms, expected) in [(7 * world::DAY_MS - 1, &told), (7 * world::DAY_MS, &None)] {
        world.now = begun.plus(after_ms);
        world.block();
        assert_eq!(asks(&mut world, ICICI, BILAL), *expected, "after {after_ms} ms");
    }
    assert_eq!(consent.until.since(consent.from), 7 * world::DAY_MS);
    gives(&mut world, ICICI, 1);
    assert_eq!(asks(&mut world, ICICI, BILAL), told, "given again");
    assert_eq!(kept(&world).len(), 1, "in the place of the old one");
}

#[test]
fn a_withdrawn_consent_is_worth_nothing_at_once_and_only_its_owner_withdraws_it() {
    let mut world = World::new();
    let (to_icici, to_hdfc) = (gives(&mut world, ICICI, 90), gives(&mut world, HDFC, 90));
    assert_eq!(withdraws(&mut world, ASHA, to_icici.id), Err(Refusal::UnknownConsent));
    assert_eq!(withdraws(&mut world, BILAL, ConsentId([9; 32])), Err(Refusal::UnknownConsent));
    assert_eq!(withdraws(&mut world, BILAL, to_icici.id), Ok(Answer::ConsentWithdrawn));
    assert_eq!(withdraws(&mut world, BILAL, to_icici.id), Err(Refusal::UnknownConsent));
    assert_eq!(asks(&mut world, ICICI, BILAL), None);
    assert!(asks(&mut world, HDFC, BILAL).is_some(), "the other stands");
    assert_eq!(kept(&world)[0].consent, to_hdfc);
}

#[test]
fn uses_are_counted_and_what_is_refused_writes_nothing() {
    let mut world = World::new();
    gives(&mut world, ICICI, 90);
    for _ in 0..3 {
        world.now = world.now.plus(10);
        asks(&mut world, ICICI, BILAL).unwrap();
    }
    let used = kept(&world).remove(0);
    assert_eq!((used.times_used, used.last_used), (3, Some(world.now)));
    let today = NetworkDay::of(world.now);
    for (asker, who, effects) in
        [(HDFC, BILAL, &["answer"][..]), (ICICI, 50, &["answer"]), (ICICI, BILAL, &["persist", "answer"])]
    {
        let ask = Ask::TellBank { asker: BankId(asker), tag: tag(who, today) };
        assert_eq!(world.step(SBI, Input::Ask(1, ask)), effects, "bank {asker} about person {who}");
    }
    world.restart(SBI);
    assert!(asks(&mut world, ICICI, BILAL).is_some(), "it outlasts a restart");
}

#[test]
fn a_tag_is_known_for_its_day_and_the_one_after() {
    let mut world = World::new();
    gives(&mut world, ICICI, 90);
    let day = NetworkDay::of(world.now);
    for (days_later, is_known) in [(0, true), (1, true), (2, false)] {
        world.now = NOON.plus(days_later * world::DAY_MS);
        world.block();
        assert_eq!(
            asks_by(&mut world, ICICI, tag(BILAL, day)).is_some(),
            is_known,
            "{days_later} days later"
        );
    }
    let made_up = ReceiverTag(person(BILAL).idx().0);
    assert_eq!(asks_by(&mut world, ICICI, made_up), None, "an IDX is no tag");
}

#[test]
fn what_is_told_are_open_rupee_accounts() {
    let mut world = World::new();
    gives(&mut world, ICICI, 90);
    let second = world.account(SBI, BILAL, 1);
    let pay = Ask::Send {
        sender: second.owner,
        account: second.handle,
        to: Recipient::Idx(*person(ASHA).idx()),
        amount: Paise(100_000),
        life_ms: None,
        memo: None,
    };
    world.ask(SBI, pay).unwrap();
    type Change = fn(&mut idx_types::Account);
    /// Balance, held, frozen.
    type Figures = (u64, u64, bool);
    let table: [(&str, Change, &[Figures]); 4] = [
        ("two", |_| {}, &[(10_000_000, 0, false), (10_000_000, 101_500, false)]),
        (
            "one stands still",
            |account| account.freeze = FreezeState::ByBank(1),
            &[(10_000_000, 0, false), (10_000_000, 101_500, true)],
        ),
        ("one is in dollars", |account| account.kind = AccountKind::Travel, &[(10_000_000, 0, false)]),
        (
            "one is closed",
            |account| (account.kind, account.closed_at) = (AccountKind::Customer, Some(Height(3))),
            &[(10_000_000, 0, false)],
        ),
    ];
    let figures = |told: Vec<AccountTold>| -> Vec<Figures> {
        let mut all: Vec<_> = told.iter().map(|a| (a.balance.0, a.held.0, a.is_frozen)).collect();
        all.sort_unstable();
        all
    };
    for (what, change, expected) in table {
        let account = world.ledger.accounts.iter_mut().find(|account| account.handle == second.handle);
        change(account.unwrap());
        assert_eq!(figures(asks(&mut world, ICICI, BILAL).unwrap()), expected, "{what}");
    }
    world.ledger.accounts.iter_mut().for_each(|account| account.closed_at = Some(Height(3)));
    assert_eq!(asks(&mut world, ICICI, BILAL), None, "who has closed all is told of like nobody");
}

#[test]
fn a_forgotten_person_is_told_of_no_more() {
    let mut world = World::new();
    gives(&mut world, ICICI, 90);
    world.ledger.accounts.iter_mut().for_each(|account| account.balance = Paise::ZERO);
    let erase = Ask::Erase { owner: *person(BILAL).idx(), keep_since: world.now };
    assert!(matches!(world.ask(SBI, erase), Ok(Answer::Erased(_))));
    assert!(kept(&world).is_empty());
    assert_eq!(asks(&mut world, ICICI, BILAL), None);
}
