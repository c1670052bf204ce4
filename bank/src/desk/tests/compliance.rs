//! Risk rules over whole payments: who is reported, who is refused, and that a flag stops nothing.

use super::*;
use crate::risk::{RiskReason, RiskRules, Velocity};
use crate::vault::{Flag, FlagId, Flagged, Side};

impl World {
    fn rules(&mut self, bank: usize, rules: RiskRules) {
        self.banks[bank].desk.home.risk = rules;
    }

    fn flags(&self, bank: usize, is_cleared: bool) -> Vec<Flag> {
        self.banks[bank].shelf().flags(is_cleared, None, 100).unwrap()
    }

    fn pay(&mut self, rupees: u64) -> Result<Answer, Refusal> {
        let (account, to) = (self.account_of(0, ASHA).handle, Recipient::Idx(*person(BILAL).idx()));
        self.ask(
            0,
            Ask::Send {
                sender: *person(ASHA).idx(),
                account,
                to,
                amount: Paise(rupees * 100),
                life_ms: None,
                memo: None,
            },
        )
    }
}

fn high_value(rupees: u64) -> RiskRules {
    RiskRules { high_value: Some(Paise(rupees * 100)), flag_from: 40, ..RiskRules::default() }
}

#[test]
fn a_flagged_transfer_completes_and_each_involved_bank_reports_its_own_side() {
    let mut world = World::new();
    world.rules(0, high_value(5_000));
    world.rules(1, high_value(5_000));
    let small = world.intent(4_999);
    world.accept(1, small).unwrap();
    let large = world.intent(5_000);
    world.accept(1, large).unwrap();
    world.block();
    world.block();
    assert_eq!(world.banks[0].outgoing(large).unwrap().status(), Status::Completed);
    for (bank, who, side) in [(0, ASHA, Side::Sender), (1, BILAL, Side::Receiver)] {
        let flags = world.flags(bank, false);
        assert_eq!(flags.len(), 1, "the small one is not remarkable");
        let what = Flagged::Transfer { id: large, side, amount: Paise(500_000) };
        assert_eq!((flags[0].what, flags[0].customer), (what, *person(who).idx()));
        assert_eq!((flags[0].score, &flags[0].reasons[..]), (40, &[RiskReason::HighValue][..]));
    }
    assert!(world.flags(2, false).is_empty(), "a bank that is not involved learns nothing");
    let account = world.account_of(0, ASHA);
    assert_eq!(world.ledger.account(&account.handle).unwrap().freeze, idx_types::FreezeState::Free);
}

#[test]
fn what_a_bank_rejects_is_not_sent_and_holds_nothing() {
    let mut world = World::new();
    let hourly = Velocity { count_max: Some(2), total_max: None };
    let velocity = [hourly, Velocity::default(), Velocity::default()];
    world.rules(0, RiskRules { velocity, flag_from: 1, reject_from: Some(30), ..RiskRules::default() });
    assert!(world.pay(1).is_ok() && world.pay(1).is_ok());
    let held = world.banks[0].held(&world.account_of(0, ASHA));
    assert_eq!(world.pay(1), Err(Refusal::RiskRejected));
    assert_eq!(world.banks[0].held(&world.account_of(0, ASHA)), held);
    world.now = world.now.plus(3_600_000);
    assert!(world.pay(1).is_ok(), "an hour later it is not too many any more");
    world.restart(0);
    world.rules(0, RiskRules { velocity, flag_from: 1, reject_from: Some(30), ..RiskRules::default() });
    assert!(world.pay(1).is_ok());
    assert_eq!(world.pay(1), Err(Refusal::RiskRejected), "a restart forgets no pace");
}

#[test]
fn a_listed_name_is_reported_or_refused_as_the_bank_says() {
    let mut world = World::new();
    let register = |who: usize| {
        let name = format!("Person {who}").parse().unwrap();
        Ask::Register { identity: person(who), name, credential: Credential::Unset, is_listed: true }
    };
    assert!(world.ask(0, register(7)).is_ok());
    let flags = world.flags(0, false);
    assert_eq!((flags[0].what, flags[0].reasons[0]), (Flagged::Customer, RiskReason::ListedName));
    world.rules(0, RiskRules { refuse_listed: true, ..RiskRules::default() });
    assert_eq!(world.ask(0, register(8)), Err(Refusal::NotAdmitted));
    assert!(world.banks[0].shelf().customer(person(8).idx()).unwrap().is_none());
    assert_eq!(world.flags(0, false).len(), 1);
}

#[test]
fn a_flag_is_cleared_once_and_pages_go_on_after_it() {
    let mut world = World::new();
    world.rules(0, high_value(1));
    for rupees in [2, 3, 4] {
        world.now = world.now.plus(1);
        world.pay(rupees).unwrap();
    }
    let open = world.flags(0, false);
    let shelf = world.banks[0].shelf();
    assert_eq!(shelf.flags(false, Some(&open[0]), 1).unwrap(), open[1..2]);
    let clear =
        |id: FlagId| Ask::ClearFlag { id, by: "Counter 4".to_owned(), note: "known trader".to_owned() };
    assert_eq!(world.ask(0, clear(open[1].id)), Ok(Answer::FlagCleared));
    assert_eq!(world.ask(0, clear(open[1].id)), Err(Refusal::FlagCleared));
    assert_eq!(world.ask(0, clear(FlagId([9; 16]))), Err(Refusal::UnknownFlag));
    assert_eq!(world.flags(0, false), [open[0].clone(), open[2].clone()]);
    let cleared = world.flags(0, true);
    assert_eq!(cleared[0].cleared.as_ref().unwrap().note, "known trader");
}

/// Rupees that leave for a travel account count as sent: by value, by pace, and beside transfers.
#[test]
fn rupees_that_leave_for_a_travel_account_are_weighed_as_those_of_a_transfer() {
    let mut world = World::new();
    world.rules(0, high_value(10_000));
    let (_, travel) = travel::abroad(&mut world, 30);
    let flags = world.flags(0, false);
    assert_eq!(flags.len(), 1);
    let Flagged::Travel { amount, .. } = flags[0].what else { panic!("{:?}", flags[0].what) };
    assert_eq!((amount, flags[0].score), (Paise(1_000_000), 40));
    assert!(world.ledger.account(&travel).is_some(), "a flag stops nothing");
    let close = Ask::CloseTravel { owner: *person(ASHA).idx(), account: travel };
    assert!(world.ask(0, close).is_ok());
    assert_eq!(world.flags(0, false).len(), 1, "what comes home is his own");
}

#[test]
fn a_travel_account_that_the_rules_reject_holds_nothing_and_leaves_no_account() {
    let mut world = World::new();
    let hourly = Velocity { count_max: None, total_max: Some(Paise(1_100_000)) };
    let velocity = [hourly, Velocity::default(), Velocity::default()];
    world.rules(0, RiskRules { velocity, flag_from: 1, reject_from: Some(30), ..RiskRules::default() });
    world.pay(2_000).unwrap();
    let source = world.account_of(0, ASHA);
    let held = world.banks[0].held(&source);
    assert_eq!(world.ask(0, travel::leave(&world, 10_000, 30)), Err(Refusal::RiskRejected));
    assert_eq!(world.banks[0].held(&source), held);
    assert_eq!(world.banks[0].shelf().accounts_of(person(ASHA).idx()).unwrap().len(), 1);
    assert!(world.banks[0].shelf().travel_ends(NetworkDay(u32::MAX), None, 9).unwrap().is_empty());
    assert!(world.ask(0, travel::leave(&world, 9_000, 30)).is_ok(), "together below the rule");
    assert_eq!(world.pay(1), Err(Refusal::RiskRejected), "and the account counts for what is sent after it");
}
