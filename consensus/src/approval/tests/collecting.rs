//! The miner's side: stories of messages as they come in.

use super::*;
use crate::approval::{AddOutcome, Collector};
use idx_crypto::Ed25519;
use idx_types::verdict::CertificateError::{Mismatch, Signers};
use idx_types::{ApprovalScope, ChainId, Evidence, Height};

const YES: Verdict = Verdict::Approve;
const NO: Verdict = Verdict::Reject(Reason::RejectedByPolicy);

/// A collector of six banks and quorum 4 for a block of one transfer from HDFC to ICICI.
fn collector() -> Collector {
    Collector::new(&header(), vec![transfer(HDFC, ICICI)], &banks(6), 4)
}

/// Adds the verdicts of these banks, each of which must count.
fn hear(collector: &mut Collector, words: &[(u16, Verdict)]) {
    for (bank, verdict) in words {
        assert_eq!(collector.add(signed(says(BankId(*bank), vec![*verdict]))), AddOutcome::Added);
    }
}

#[test]
fn settled_as_soon_as_nothing_depends_on_the_silent() {
    let mut collector = collector();
    hear(&mut collector, &[(5, YES), (0, YES), (1, YES)]);
    assert!(!collector.can_certify() && !collector.is_settled());
    assert_eq!(collector.certificate(), None);
    hear(&mut collector, &[(3, YES)]);
    assert!(collector.can_certify() && collector.is_settled());
    assert_eq!(collector.silent(), [BankId(2), BankId(4)]);
}

/// Story, words as (bank, verdict), then: may certify, is settled.
type Story<'a> = (&'a str, &'a [(u16, Verdict)], bool, bool);

#[test]
fn when_waiting_ends() {
    let table: [Story<'_>; 7] = [
        ("nobody", &[], false, false),
        ("a veto alone is no certificate", &[(0, NO)], false, false),
        ("a veto in a quorum", &[(0, NO), (1, YES), (2, YES), (3, YES)], true, true),
        ("involved bank silent", &[(1, YES), (2, YES), (3, YES), (4, YES), (5, YES)], true, false),
        ("three approvals, one outside rejection", &[(0, YES), (1, YES), (2, YES), (3, NO)], true, false),
        ("no quorum left", &[(1, YES), (2, NO), (3, NO), (4, NO)], true, true),
        ("all spoke", &[(0, YES), (1, YES), (2, YES), (3, NO), (4, NO), (5, NO)], true, true),
    ];
    for (story, words, certifies, settles) in table {
        let mut collector = collector();
        hear(&mut collector, words);
        assert_eq!((collector.can_certify(), collector.is_settled()), (certifies, settles), "{story}");
    }
}

#[test]
fn an_empty_block_needs_a_quorum_and_no_more() {
    let mut collector = Collector::new(&header(), vec![], &banks(6), 4);
    for bank in 0..4 {
        assert!(!collector.is_settled());
        assert_eq!(collector.add(signed(says(BankId(bank), vec![]))), AddOutcome::Added);
    }
    assert!(collector.is_settled());
}

/// A bank that left cannot speak: the wait ends with the last bank that can.
#[test]
fn an_involved_bank_outside_the_set_is_not_waited_for_when_all_spoke() {
    let mut collector = Collector::new(&header(), vec![transfer(HDFC, BankId(77))], &banks(6), 4);
    for bank in 0..6 {
        assert!(!collector.is_settled());
        hear(&mut collector, &[(bank, YES)]);
    }
    assert!(collector.is_settled() && collector.silent().is_empty());
}

#[test]
fn the_certificate_passes_its_check_whatever_the_order_of_arrival() {
    let (mut collector, banks) = (collector(), banks(6));
    hear(&mut collector, &[(4, NO), (2, YES), (5, YES), (0, YES), (1, YES)]);
    let certificate = collector.certificate().unwrap();
    let (chain_id, height, block) = (chain_id(), header().height, block());
    let scope = ApprovalScope { banks: &banks, chain_id, height, block, transactions: 1, quorum: 4 };
    assert_eq!(certificate.check(&scope, &Ed25519), Ok(()));
    let order: Vec<u16> = certificate.verdicts.iter().map(|signed| signed.message.bank.0).collect();
    assert_eq!(order, [0, 1, 2, 4, 5]);
    assert_eq!(decide(&certificate, &[transfer(HDFC, ICICI)], 6, 4), [Decision::Pass]);
}

#[test]
fn saying_it_again_is_nothing_and_saying_otherwise_is_evidence() {
    let mut collector = collector();
    hear(&mut collector, &[(0, YES)]);
    assert_eq!(collector.add(signed(says(HDFC, vec![YES]))), AddOutcome::Duplicate);
    let AddOutcome::Conflict(evidence) = collector.add(signed(says(HDFC, vec![NO]))) else {
        panic!("a second word against the first is a conflict")
    };
    let offence = evidence.offence().expect("the two contradict each other");
    assert_eq!((offence.bank, offence.height, offence.kind), (HDFC, header().height, 3));
    let hdfc = banks(6).get(HDFC).unwrap().consensus_key;
    assert_eq!(evidence.check_signatures(&hdfc, &Ed25519), Ok(()));
    assert!(matches!(*evidence, Evidence::Verdicts(first, _) if first.message.verdicts == [YES]));
    hear(&mut collector, &[(1, YES), (2, YES), (3, YES)]);
    let certificate = collector.certificate().unwrap();
    assert_eq!(certificate.of(HDFC).unwrap().verdicts, [YES], "the first word still counts");
}

#[test]
fn what_no_certificate_could_hold_is_refused_and_changes_nothing() {
    let good = || says(HDFC, vec![YES]);
    let table = [
        ("another block", Verdicts { block: PublicHash::ZERO, ..good() }, Mismatch(HDFC)),
        ("another height", Verdicts { height: Height(9), ..good() }, Mismatch(HDFC)),
        ("another network", Verdicts { chain_id: ChainId(Hash32::ZERO), ..good() }, Mismatch(HDFC)),
        ("no verdict", Verdicts { verdicts: vec![], ..good() }, Mismatch(HDFC)),
        ("a verdict too many", Verdicts { verdicts: vec![YES, YES], ..good() }, Mismatch(HDFC)),
        ("an unknown bank", says(BankId(6), vec![YES]), Signers(BankId(6))),
    ];
    let mut collector = collector();
    for (case, message, error) in table {
        assert_eq!(collector.add(signed(message)), AddOutcome::Refused(error), "{case}");
        assert_eq!(collector.silent().len(), 6, "{case}");
    }
    hear(&mut collector, &[(0, YES)]);
}

/// The collector's early end and the rule are one: settled means that no decision is open, or that
/// nobody is left to speak; and once settled, more words change no decision.
#[test]
fn settled_collectors_hold_final_decisions() {
    let involved = [transfer(HDFC, ICICI), transfer(BankId(4), BankId(4)), ballot()];
    let decided = |c: &Collector| decide(&c.certificate().unwrap(), &involved, 6, 4);
    for code in 0..4096u32 {
        let verdict = |bank: u16, tx: u32| if code >> (u32::from(bank) * 2 + tx) & 1 == 0 { YES } else { NO };
        let mut collector = Collector::new(&header(), involved.to_vec(), &banks(6), 4);
        let mut settled = None;
        for bank in [3, 0, 5, 1, 4, 2].map(|place| (place + code as u16) % 6) {
            let words = vec![verdict(bank, 0), verdict(bank, 1), YES];
            let message = Signed { message: says(BankId(bank), words), signature: Signature([0; 64]) };
            assert_eq!(collector.add(Verified::vouch(message)), AddOutcome::Added);
            if settled.is_none() && collector.is_settled() {
                settled = Some(decided(&collector));
            }
        }
        let kinds = |ds: &[Decision]| ds.iter().map(std::mem::discriminant).collect::<Vec<_>>();
        let early = settled.expect("settled when all have spoken");
        assert_eq!(kinds(&early), kinds(&decided(&collector)), "code {code}");
    }
}
