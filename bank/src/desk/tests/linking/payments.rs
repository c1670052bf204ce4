//! Ten days of payments, made or real, and playing them through the desks.

use super::*;
use crate::Entropy;
use idx_types::wire::DeskGossip;
use std::collections::BTreeMap;
use std::fs;

/// Made payments: this many accounts, each paying some other once or twice a day.
const MADE_ACCOUNTS: usize = 64;

/// The day of the month on which real payments are taken, and the first month: many accounts pay on it
/// month after month. Each such day is played as one network day.
const REAL: (&str, &str) = ("-12", "1993-06");

/// Who pays whom on ten days: places of accounts, which are spread over the banks.
pub struct Payments {
    accounts: usize,
    pub days: Vec<Vec<(usize, usize)>>,
}

/// An account with its owner.
pub struct Payer {
    pub bank: usize,
    pub idx: Idx,
    pub handle: AccountHandle,
}

impl Payments {
    pub fn made() -> Self {
        let mut entropy = Entropy::new([7; 32]);
        let mut other = |payer: usize| {
            let step = 1 + entropy.draw_u64() as usize % (MADE_ACCOUNTS - 1);
            (payer, (payer + step) % MADE_ACCOUNTS)
        };
        let mut day = |_| (0..MADE_ACCOUNTS).map(&mut other).collect();
        Self { accounts: MADE_ACCOUNTS, days: (0..DAYS).map(&mut day).collect() }.mixed()
    }

    /// Those of the data folder; `None`, and said so, if there is none.
    pub fn real() -> Option<Self> {
        let Some(folder) = std::env::var_os("IDX_DATA_DIR") else {
            println!("skipped: real payments (set IDX_DATA_DIR to the folder of real data)");
            return None;
        };
        let file = std::path::Path::new(&folder).join("payments/payments.csv");
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut names = BTreeMap::new();
        let mut days: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        for line in text.lines().skip(1) {
            let columns: Vec<&str> = line.split(',').collect();
            let [_, date, sender, from, receiver, to, ..] = columns[..] else { panic!("{line}") };
            if date.ends_with(REAL.0) && date >= REAL.1 && (days.len() < DAYS || days.contains_key(date)) {
                let mut place = |name| {
                    let next = names.len();
                    *names.entry(name).or_insert(next)
                };
                let pair = (place((from, sender)), place((to, receiver)));
                days.entry(date).or_default().push(pair);
            }
        }
        assert_eq!(days.len(), DAYS, "the file has ten such days");
        Some(Self { accounts: names.len(), days: days.into_values().collect() }.mixed())
    }

    /// Each day in an order of its own: when somebody pays is a time.
    fn mixed(mut self) -> Self {
        for (number, day) in self.days.iter_mut().enumerate() {
            let order = |pair: &(usize, usize)| sha256(&borsh::to_vec(&(number, pair)).unwrap()).0;
            day.retain(|(payer, payee)| payer != payee);
            day.sort_by_key(order);
        }
        self
    }

    /// Makes everybody a customer of a bank with an account there.
    pub fn settle_in(&self, world: &mut World, credential: impl Fn(usize) -> Credential) -> Vec<Payer> {
        let mut people = Vec::new();
        for place in 0..self.accounts {
            // The first ten are the world's own people.
            let (bank, identity) = (place % BANKS.len(), person(place + 10));
            let idx = *identity.idx();
            let (name, credential) = (format!("Person {place}").parse().unwrap(), credential(place));
            world.ask(bank, Ask::Register { identity, name, credential, is_listed: false }).unwrap();
            let number = format!("7{place:09}").parse().unwrap();
            let opened = world.ask(bank, Ask::OpenAccount { owner: idx, number });
            let Ok(Answer::AccountOpening { handle, .. }) = opened else { panic!("{opened:?}") };
            people.push(Payer { bank, idx, handle });
        }
        world.block();
        world.ledger.accounts.iter_mut().for_each(|account| account.balance = Paise(1_000_000_000));
        people
    }
}

/// A day: everybody pays, everybody accepts, everything settles.
pub fn play(world: &mut World, people: &[Payer], pairs: &[(usize, usize)]) {
    let mut open = Vec::new();
    for (payer, payee) in pairs {
        let (from, to) = (&people[*payer], &people[*payee]);
        let recipient = Recipient::Idx(to.idx);
        let ask = Ask::Send {
            sender: from.idx,
            account: from.handle,
            to: recipient,
            amount: Paise(1_000),
            life_ms: None,
            memo: None,
        };
        let sent = world.ask(from.bank, ask);
        let Ok(Answer::Sent(id)) = sent else { panic!("{sent:?}") };
        open.push((id, to));
    }
    world.block();
    world.deliver();
    for (id, to) in open {
        let accept = Ask::Accept { receiver: to.idx, id, account: to.handle, signature: None };
        assert!(world.ask(to.bank, accept).is_ok());
    }
    world.block();
    world.block();
    assert!(!world.wire.iter().any(|(_, gossip)| matches!(gossip, DeskGossip::Intent(_))));
    assert!(world.banks.iter().all(|bank| bank.faults.is_empty()));
}
