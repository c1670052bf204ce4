//! The ceremony as it should go, and as it goes when somebody is late, hasty or mistaken.

use crate::fixture::{
    CODES, code, company, consensus_key, draft, entry, network_key, observer, regulator, sign, signed,
};
use idx_chain::State;
use idx_crypto::{Ed25519, Signature, Verifier};
use idx_genesis::{
    BankEntry, BodyError, Genesis, GenesisError, GenesisFile, Observer, PeerRole, SignatureState,
};
use idx_types::{BankId, Height, Paise, Params, TimestampMs};

#[test]
fn six_banks_found_a_network() {
    let mut file = draft();
    for (bank, name) in CODES.iter().enumerate() {
        let GenesisError::Unsigned { missing, bad } = file.verify(&Ed25519).unwrap_err() else { panic!() };
        assert_eq!((missing, bad), (CODES[bank..].iter().map(|c| code(c)).collect(), vec![]));
        let mut received = GenesisFile::from_json(&file.to_json()).unwrap();
        received.sign(&code(name), &consensus_key(bank), &Ed25519).unwrap();
        file = received;
    }
    let sound = file.verify(&Ed25519).unwrap();
    assert_eq!(sound.chain_id(), draft().body().chain_id(), "signatures do not change the network");
    assert_eq!(sound.bank("SBI").unwrap(), (BankId(2), &entry(2)));
    assert_eq!(sound.bank("YES"), None);
}

#[test]
fn the_ledger_starts_from_it() {
    let sound = signed().verify(&Ed25519).unwrap();
    let spec = sound.to_spec();
    assert_eq!((spec.chain_id, spec.time), (sound.chain_id(), sound.body().time));
    assert_eq!(spec.escrow.regulators, [regulator()]);
    assert_eq!(spec.escrow.company.day_keys, company().days().collect());
    let state = State::genesis(&spec).unwrap();
    assert_eq!(state.escrow(), &spec.escrow);
    assert_eq!(state.chain_id(), sound.chain_id());
    assert_eq!(state.tip().height, Height::GENESIS);
    for (bank, name) in CODES.iter().enumerate() {
        let validator = state.validators().by_code(name).unwrap();
        assert_eq!(validator.id, BankId(bank as u16));
        assert_eq!(validator.consensus_key, entry(bank).consensus_key);
        assert_eq!(validator.stake, entry(bank).stake);
    }
}

#[test]
fn peers_are_banks_that_can_be_dialled_and_observers_that_dial() {
    let sound = signed().verify(&Ed25519).unwrap();
    let peers: Vec<_> = sound.peers().collect();
    assert_eq!(peers.len(), 7);
    assert_eq!((peers[0].name, peers[0].key, peers[0].role), ("HDFC", network_key(30), PeerRole::Bank));
    assert_eq!(peers[0].addresses, ["/ip4/127.0.0.1/tcp/7000"]);
    assert_eq!(
        (peers[6].name, peers[6].key, peers[6].role),
        ("rbi-mirror", network_key(70), PeerRole::Observer)
    );
    assert!(peers[6].addresses.is_empty());
}

#[test]
fn a_late_change_voids_every_signature() {
    let mut file = signed();
    file.add_observer(Observer { name: "auditor".to_owned(), network_key: network_key(71) }).unwrap();
    assert!(file.signatures().is_empty());
    let states = file.states(&Ed25519);
    assert!(states.iter().all(|(_, state)| *state == SignatureState::Missing));
    let text = file.verify(&Ed25519).unwrap_err().to_string();
    assert_eq!(text, "not yet signed by HDFC, ICICI, SBI, AXIS, PNB, CITI_USA: ask them to sign the file");
}

#[test]
fn banks_sign_copies_at_the_same_time() {
    let (mut here, mut there) = (draft(), draft());
    (0..4).for_each(|bank| sign(&mut here, bank));
    (3..6).for_each(|bank| sign(&mut there, bank));
    assert_eq!(here.merge(&there, &Ed25519), Ok(2));
    assert_eq!(here.merge(&there, &Ed25519), Ok(0));
    assert_eq!(here, signed());
    let mut other = signed();
    other.add_observer(Observer { name: "auditor".to_owned(), network_key: network_key(71) }).unwrap();
    let refused = here.merge(&other, &Ed25519).unwrap_err();
    assert!(matches!(refused, GenesisError::OtherBody { .. }));
    assert_eq!(here, signed());
}

#[test]
fn only_the_key_in_the_file_signs() {
    let mut file = draft();
    let refused = file.sign(&code("SBI"), &consensus_key(0), &Ed25519).unwrap_err();
    let (expected, found) = (entry(2).consensus_key, entry(0).consensus_key);
    assert_eq!(refused, GenesisError::OtherKey { code: code("SBI"), expected, found });
    let refused = file.sign(&code("YES"), &consensus_key(0), &Ed25519).unwrap_err();
    assert_eq!(refused, GenesisError::NoSuchBank { code: code("YES") });
    assert_eq!(file, draft());
}

#[test]
fn nobody_signs_a_body_that_cannot_become_a_network() {
    let body = Genesis::new("idx", TimestampMs(1_800_000_000_000), Params::default());
    let mut file = GenesisFile::new(body);
    (0..3).for_each(|bank| assert_eq!(file.add_bank(entry(bank), &Ed25519), Ok(BankId(bank as u16))));
    let refused = file.sign(&code("HDFC"), &consensus_key(0), &Ed25519).unwrap_err();
    assert_eq!(refused, GenesisError::Body(BodyError::BankCount { found: 3 }));
}

#[test]
fn a_clashing_entry_is_refused_and_leaves_the_file_as_it_was() {
    type Change = fn(&mut BankEntry);
    let seventh = |change: Change| {
        let mut bank = entry(0);
        bank.code = code("YES");
        bank.consensus_key = idx_crypto::PublicKey(network_key(90).0);
        bank.network_key = network_key(91);
        bank.hpke_key = idx_crypto::Hash32(idx_crypto::x25519_public(&[92; 32]));
        change(&mut bank);
        bank
    };
    let table: [(Change, &str); 7] = [
        (|b| b.code = code("PNB"), "PNB is there twice"),
        (
            |b| b.consensus_key = entry(1).consensus_key,
            "the consensus key of ICICI and the consensus key of YES",
        ),
        (|b| b.network_key = network_key(32), "the network key of SBI and the network key of YES"),
        (
            |b| b.network_key.0 = entry(3).consensus_key.0,
            "the consensus key of AXIS and the network key of YES",
        ),
        (|b| b.hpke_key = entry(4).hpke_key, "the hpke key of PNB and the hpke key of YES"),
        (
            |b| b.network_key = observer().network_key,
            "the network key of YES and the network key of rbi-mirror",
        ),
        (|b| b.stake = Paise(99), "the stake of YES is 0.99: at least 1.00"),
    ];
    for (change, reason) in table {
        let mut file = signed();
        let refusal = file.add_bank(seventh(change), &Ed25519).unwrap_err().to_string();
        assert!(refusal.contains(reason), "{refusal:?} should say {reason:?}");
        assert_eq!(file, signed(), "signatures stay when nothing was added");
    }
    assert_eq!(signed().add_bank(seventh(|_| ()), &Ed25519), Ok(BankId(6)));
}

#[test]
fn what_is_signed_is_neither_the_chain_id_nor_good_elsewhere() {
    let file = signed();
    assert_ne!(file.body().digest(), file.body().chain_id().0);
    let signature: Signature = file.signatures()[&code("HDFC")];
    let key = entry(0).consensus_key;
    assert!(Ed25519.verify(&key, &file.body().digest(), &signature).is_ok());
    assert!(Ed25519.verify(&key, &file.body().chain_id().0, &signature).is_err());
}
