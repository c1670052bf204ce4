//! When the private chain gets a new key, who is given it, and who reads what.

use crate::chain_keys::{EPOCHS_MAX, KEY_LEAD_HEIGHTS, WRAPPED_EPOCHS_MAX};
use crate::testing::{World, bank};
use idx_types::testing::{chain_id, chain_secrets, epoch_keys};
use idx_types::tx::{AddBank, Ballot, Change, Openings, Propose, RotateChainKey};
use idx_types::{
    Bank, BankId, BodyError, EpochKey, EpochKeys, Height, Outcome, Paise, PrivateRecord, Reason, TxKind,
};

fn drawn(epoch: u32) -> EpochKey {
    EpochKey::new(epoch, [epoch as u8 + 70; 32].into())
}

/// A founder's keys, with what the ledger has for it.
fn founder(world: &World, bank: u16) -> EpochKeys {
    taught(world, epoch_keys(BankId(bank)).with(chain_secrets()))
}

fn taught(world: &World, mut ring: EpochKeys) -> EpochKeys {
    assert_eq!(world.state.chain_keys().teach(chain_id(), &mut ring), Vec::<u32>::new());
    ring
}

fn rotation(world: &World, by: u16) -> RotateChainKey {
    let key = drawn(world.state.chain_keys().newest() + 1);
    founder(world, by).rotation(key, chain_id(), world.state.validators()).unwrap()
}

fn rotate(rotation: RotateChainKey) -> TxKind {
    TxKind::RotateChainKey(Box::new(rotation))
}

/// Has a bank rotate, and moves on until the new key is in force.
fn rotated(world: &mut World, by: u16) {
    world.done(rotate(rotation(world, by)), by);
    world.advance_to(world.state.tip().height.0 + KEY_LEAD_HEIGHTS - 1);
}

fn add(number: u16) -> Change {
    Change::AddBank(AddBank { bank: Bank { stake: Paise::ZERO, ..bank(number) } })
}

fn in_force(world: &World) -> u32 {
    world.state.chain_keys().in_force(world.state.tip().height.next()).unwrap()
}

fn due(world: &World) -> Option<u64> {
    world.state.chain_keys().due_since().map(|height| height.0)
}

#[test]
fn a_key_is_due_from_the_height_at_which_the_banks_are_others() {
    let mut world = World::new(6);
    assert_eq!((due(&world), in_force(&world)), (None, 1));
    world.refused(rotate(rotation(&world, 0)), 0, Reason::RotationNotDue);
    for (change, epoch) in [(Change::RemoveBank(BankId(5)), 2), (add(6), 3), (Change::RotatePrivateKey, 4)] {
        world.decree(change);
        let next = world.state.tip().height.next().0;
        assert_eq!((due(&world), in_force(&world)), (Some(next), epoch - 1));
        let settled = world.done(rotate(rotation(&world, 1)), 1);
        assert_eq!((due(&world), in_force(&world)), (None, epoch - 1), "not at once");
        world.refused(rotate(rotation(&world, 2)), 2, Reason::RotationNotDue);
        world.advance_to(next + KEY_LEAD_HEIGHTS - 1);
        assert_eq!(in_force(&world), epoch, "{:?}", settled.id);
        assert_eq!(world.state.chain_keys().in_force(Height(next + 1)), Some(epoch - 1));
    }
    let restored = crate::State::restore(world.state.snapshot()).unwrap();
    assert_eq!(restored.root(), world.state.root());
}

/// The point of it all (document 4.1): who has left reads nothing from the new epoch on, who has joined
/// reads that and nothing before, and has the pepper.
#[test]
fn who_left_cannot_read_on_and_who_joined_reads_from_there() {
    let mut world = World::new(6);
    world.decree(Change::RemoveBank(BankId(5)));
    world.decree(add(6));
    rotated(&mut world, 0);
    let (left, joined) = (founder(&world, 5), taught(&world, epoch_keys(BankId(6))));
    let records = [PrivateRecord { place: 0, openings: Openings::default() }];
    let bodies = [(1, Height(3)), (2, Height(99))].map(|(epoch, height)| {
        let key = founder(&world, 3).get(epoch).unwrap().clone();
        (epoch, height, key.seal(chain_id(), height, &records))
    });
    for (epoch, height, body) in bodies {
        let read = |ring: &EpochKeys| ring.open_body(chain_id(), height, &body);
        let not_for_you = Err(BodyError::NotForYou { epoch });
        assert_eq!(read(&founder(&world, 0)), Ok(records.to_vec()));
        let (was, is) = if epoch == 1 { (&left, &joined) } else { (&joined, &left) };
        assert_eq!((read(was), read(is)), (Ok(records.to_vec()), not_for_you));
    }
    assert_eq!(joined.pepper(), Some(&chain_secrets().pepper));
    assert!(left.get(2).is_none() && joined.get(1).is_none());
    world.decree(add(7));
    let by_joined = joined.rotation(drawn(3), chain_id(), world.state.validators()).unwrap();
    world.done(rotate(by_joined), 6);
    assert_eq!(taught(&world, epoch_keys(BankId(7))).get(3), Some(&drawn(3)));
}

#[test]
fn refusals() {
    let mut world = World::new(6);
    world.decree(Change::RotatePrivateKey);
    let honest = rotation(&world, 0);
    let of = |spoil: &dyn Fn(&mut RotateChainKey)| {
        let mut rotation = honest.clone();
        spoil(&mut rotation);
        rotate(rotation)
    };
    let one = honest.wraps[&BankId(0)].clone();
    let table = [
        (of(&|r| r.bank = BankId(1)), 0, Reason::WrongSigner),
        (of(&|r| r.bank = BankId(9)), 0, Reason::UnknownBank),
        (of(&|r| r.epoch = 1), 0, Reason::BadChainKey),
        (of(&|r| r.epoch = 3), 0, Reason::BadChainKey),
        (of(&|r| drop(r.wraps.remove(&BankId(3)))), 0, Reason::BadChainKey),
        (of(&|r| r.wraps.clear()), 0, Reason::BadChainKey),
        (of(&|r| drop(r.wraps.insert(BankId(6), one.clone()))), 0, Reason::BadChainKey),
        (of(&|r| r.wraps.get_mut(&BankId(3)).unwrap().sealed.truncate(79)), 0, Reason::BadChainKey),
    ];
    for (kind, signer, reason) in table {
        world.refused(kind, signer, reason);
    }
    world.done(rotate(honest), 0);
}

#[test]
fn of_two_that_come_together_the_first_holds() {
    let mut world = World::new(6);
    world.decree(Change::RotatePrivateKey);
    let [one, two] = [0, 1].map(|by| world.bank_tx(rotate(rotation(&world, by)), by));
    assert_eq!(world.apply(&[one, two]), [Outcome::Completed, Outcome::Failed(Reason::RotationNotDue)]);
    assert_eq!(world.state.chain_keys().newest(), 2);
}

/// A key that settles in the very block with which a bank leaves was given to that bank: another is due.
#[test]
fn a_change_in_the_block_of_a_rotation_asks_for_another() {
    let mut world = World::new(6);
    world.decree(Change::RotatePrivateKey);
    let honest = rotation(&world, 0);
    let before = world.state.tip().height.0;
    let at = before + 6;
    let propose = |change| TxKind::Propose(Propose { bank: BankId(0), change, effective_at: Height(at) });
    let id = world.done(propose(Change::RemoveBank(BankId(5))), 0).id;
    for bank in 1..4 {
        let ballot = Ballot { bank: BankId(bank), proposal: id, approve: true };
        world.done(TxKind::Ballot(ballot), bank);
    }
    world.advance_to(at - 2);
    world.done(rotate(honest), 0);
    assert_eq!(due(&world), Some(at));
    rotated(&mut world, 0);
    assert!(due(&world).is_none() && founder(&world, 5).get(3).is_none());
}

/// A bank that joins and leaves before anybody rotated leaves nothing to do.
#[test]
fn who_was_never_given_a_key_need_not_be_locked_out() {
    let mut world = World::new(5);
    world.decree(add(5));
    assert!(due(&world).is_some());
    world.decree(Change::RemoveBank(BankId(5)));
    assert_eq!(due(&world), None);
}

#[test]
fn old_epochs_lose_their_wraps_and_the_oldest_their_place() {
    let mut world = World::new(6);
    let mut keys = world.state.chain_keys().clone();
    let first = rotation(&world, 0);
    for epoch in 2..EPOCHS_MAX as u32 + 10 {
        let rotation = RotateChainKey { epoch, ..first.clone() };
        keys.adopt(&rotation, Height(u64::from(epoch)), world.state.validators());
    }
    assert_eq!((keys.iter().len(), keys.newest()), (EPOCHS_MAX, EPOCHS_MAX as u32 + 9));
    assert_eq!(keys.iter().filter(|(_, epoch)| !epoch.wraps.is_empty()).count(), WRAPPED_EPOCHS_MAX);
    assert!(!keys.iter().next_back().unwrap().1.wraps.is_empty());
    world.apply(&[]);
}
