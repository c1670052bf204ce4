//! A bank loses its vault and goes on.

use super::*;
use crate::rebuild::{self, PrivateRecord, rebuild};
use crate::vault::{Draft, VaultStore};
use idx_types::Height;

/// The vault is gone; customers and accounts come back from the chain, and money moves again on the same day.
#[test]
fn a_bank_that_lost_its_vault_serves_again() {
    let mut world = World::new();
    world.intent(10);
    let before = world.account_of(0, ASHA);
    let lost_session = world.ledger.sessions[0].id;
    world.banks[0] = world::bench(0);
    assert_eq!(world.banks[0].shelf().every_customer(), Ok(vec![]));

    let records: Vec<PrivateRecord> =
        world.openings.iter().filter_map(|tx| PrivateRecord::of(Height(1), tx)).collect();
    let code = "HDFC".parse().unwrap();
    let home = rebuild::Home { code: &code, bank: BankId(0), secret: &world::hpke(0) };
    let bench = &world.banks[0];
    let mut draft = Draft::new(&bench.keys, &bench.store, Entropy::new([200; 32]));
    let rebuilt = rebuild(&mut draft, &home, &records).unwrap();
    assert_eq!((rebuilt.customers, rebuilt.accounts, rebuilt.sessions), (1, 1, 1));
    bench.store.commit(&draft.into_batch()).unwrap();
    world.restart(0);

    let after = world.account_of(0, ASHA);
    assert_eq!((&after.handle, &after.number, &after.owner), (&before.handle, &before.number, &before.owner));
    let known = world.banks[0].shelf().session_of_id(&lost_session).unwrap().unwrap();
    assert_eq!(known.owner, before.owner, "a court's order for the session can still be answered");
    let id = world.intent(20);
    world.accept(1, id).unwrap();
    world.block();
    world.block();
    assert_eq!(world.banks[0].outgoing(id).unwrap().status(), Status::Completed);
    assert!(world.openings.iter().all(|tx| PrivateRecord::of(Height(1), &tx.redacted()).is_none()));
}

#[test]
fn without_a_company_key_of_the_day_nothing_is_opened() {
    let mut world = World::new();
    world.ledger.escrow.company.day_keys.clear();
    let (owner, number) = (*person(ASHA).idx(), "999999999".parse().unwrap());
    let effects = world.step(0, Input::Ask(1, Ask::OpenAccount { owner, number }));
    assert_eq!(effects, ["answer"], "nothing is written");
    assert_eq!(world.banks[0].answers.pop(), Some(Err(Refusal::SealingUnavailable)));
}
