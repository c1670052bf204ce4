//! Whatever customers do, no rupee is promised twice.

use super::*;
use proptest::prelude::*;

#[test]
fn holds_count_against_the_balance() {
    let mut world = World::new();
    let (sender, account) = (*person(ASHA).idx(), world.account_of(0, ASHA).handle);
    let mut send = |rupees: u64| {
        let to = Recipient::Idx(*person(BILAL).idx());
        world
            .ask(0, Ask::Send { sender, account, to, amount: Paise(rupees * 100), life_ms: None, memo: None })
    };
    assert!(send(60_000).is_ok());
    assert_eq!(send(60_000), Err(Refusal::InsufficientFunds));
    assert!(send(38_000).is_ok());
    assert_eq!(send(1_000), Err(Refusal::InsufficientFunds), "the fees are held as well");
}

/// What customers and the network may do next.
#[derive(Debug, Clone)]
enum Act {
    Send(u64),
    Accept(usize, usize),
    Reject(usize, usize),
    Cancel(usize),
    Block,
    Wait(u64),
    Restart(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1u64..60_000).prop_map(Act::Send),
        3 => (1usize..3, 0usize..8).prop_map(|(bank, which)| Act::Accept(bank, which)),
        1 => (1usize..3, 0usize..8).prop_map(|(bank, which)| Act::Reject(bank, which)),
        1 => (0usize..8).prop_map(Act::Cancel),
        4 => Just(Act::Block),
        1 => (1u64..30).prop_map(Act::Wait),
        1 => (0usize..3).prop_map(Act::Restart),
    ]
}

fn perform(world: &mut World, sent: &mut Vec<TxId>, act: Act) {
    let (sender, receiver) = (*person(ASHA).idx(), *person(BILAL).idx());
    let which = |place: usize| (!sent.is_empty()).then(|| sent[place % sent.len()]);
    match act {
        Act::Send(rupees) => {
            let account = world.account_of(0, ASHA).handle;
            let to = Recipient::Idx(receiver);
            let answer = world.ask(
                0,
                Ask::Send { sender, account, to, amount: Paise(rupees * 100), life_ms: None, memo: None },
            );
            if let Ok(Answer::Sent(id)) = answer {
                sent.push(id);
            }
        }
        Act::Accept(bank, place) => drop(which(place).map(|id| world.accept(bank, id))),
        Act::Reject(bank, place) => {
            drop(which(place).map(|id| world.ask(bank, Ask::Reject { receiver, id })));
        }
        Act::Cancel(place) => {
            drop(which(place).map(|id| world.ask(0, Ask::Cancel { sender, id, signature: None })));
        }
        Act::Block => world.block(),
        Act::Wait(hours) => world.now = world.now.plus(hours * 3_600_000),
        Act::Restart(bank) => world.restart(bank),
    }
}

/// Holds are those of open transfers, to the paisa, and never more than the account has.
fn check(world: &World, sent: &[TxId]) {
    let account = world.account_of(0, ASHA);
    let cost = |id: &TxId| {
        let sent = world.banks[0].outgoing(*id).unwrap();
        match &sent.intent.body.kind {
            TxKind::Transfer(ask) if !sent.status().is_final() => ask.amount.0 + ask.fee.0,
            _ => 0,
        }
    };
    let open: u64 = sent.iter().map(cost).sum();
    assert_eq!(world.banks[0].held(&account), Paise(open));
    let holds = world.banks[0].shelf().holds_of(&account.handle).unwrap();
    assert_eq!(holds.iter().map(|hold| hold.amount.0).sum::<u64>(), open, "the total is that of its rows");
    assert!(Paise(open) <= world.balance(&account), "more is held than there is");
    assert!(world.banks.iter().all(|bank| bank.faults.is_empty()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_rupee_is_promised_twice(acts in proptest::collection::vec(act(), 1..30)) {
        let (mut world, mut sent) = (World::new(), Vec::new());
        for act in acts {
            perform(&mut world, &mut sent, act);
            check(&world, &sent);
        }
        world.now = world.now.plus(3 * world::DAY_MS);
        (0..3).for_each(|_| world.block());
        check(&world, &sent);
        prop_assert_eq!(world.banks[0].held(&world.account_of(0, ASHA)), Paise::ZERO);
        prop_assert!(world.banks[0].shelf().open_transfers().unwrap().is_empty());
    }
}
