//! What a hostile bank may answer, and that none of it is believed.

use super::*;
use idx_crypto::{Ed25519, Hash32, Signer};
use idx_p2p::RequestId;
use idx_types::testing::{chain_id, key};
use idx_types::{AccountTold, BalanceAnswer, Height, NetworkKey, NumberEnding, PaddedAnswer, Paise};

const HOME: BankId = BankId(1);
const TAG: ReceiverTag = ReceiverTag([5; 32]);

/// Longer than any test takes.
const FOREVER: Duration = Duration::from_secs(600);

fn bank(id: u16) -> Bank {
    Bank {
        id: BankId(id),
        code: "SBI".parse().unwrap(),
        consensus_key: key(id as u8).public_key(),
        network_key: NetworkKey([id as u8; 32]),
        hpke_key: Hash32([id as u8; 32]),
        stake: Paise(1),
    }
}

/// This bank's end of the line, and what it hands to the network.
struct Bench {
    line: Line,
    sent: mpsc::Receiver<Outgoing>,
}

impl Bench {
    fn new(patience: Duration) -> Self {
        let (network, sent) = mpsc::channel(8);
        let (verifier, inquiries) = (Arc::new(Ed25519), Arc::default());
        Self { line: Line { home: (chain_id(), HOME), network, verifier, inquiries, patience }, sent }
    }

    /// Asks bank 3, which answers a question by these messages, each from whom it says.
    async fn ask(&mut self, answers: impl Fn(BalanceQuestion) -> Vec<(u16, Vec<u8>)>) -> (Said, bool) {
        let Self { line, sent } = self;
        let inquiries = Arc::clone(&line.inquiries);
        let (asked, holder) = (bank(3), async {
            let (_, id, question) = question(sent.recv().await);
            for (from, bytes) in answers(question) {
                inquiries.settle(bank(from).network_key, id, Some(bytes));
            }
        });
        let (told, ()) = tokio::join!(line.one(&asked, TAG), holder);
        (told.said, matches!(sent.try_recv(), Ok(Outgoing::Blame(peer, _)) if peer == asked.network_key))
    }
}

/// A request as the asked bank gets it.
fn question(sent: Option<Outgoing>) -> (NetworkKey, RequestId, BalanceQuestion) {
    let Some(Outgoing::Request(to, id, bytes)) = sent else { panic!("a bank is asked") };
    let Ok(Request::Balances(question)) = decode(&bytes, 1_024) else { panic!("about balances") };
    (to, id, question)
}

/// What bank 3 tells bank 1 of 7.00 rupees.
fn answer(question: BalanceQuestion) -> BalanceAnswer {
    let ending = NumberEnding::of("501000000042").unwrap();
    let account = AccountTold { ending, balance: Paise(700), held: Paise::ZERO, is_frozen: false };
    let (holder, asker, height) = (BankId(3), HOME, Height(9));
    BalanceAnswer { chain_id: chain_id(), holder, asker, question, height, told: Some(vec![account]) }
}

fn signed(answer: BalanceAnswer, by: u8) -> Vec<u8> {
    let padded = PaddedAnswer::new(Signed::new(answer, &key(by))).unwrap();
    encode(&Response::Balances(Box::new(padded)))
}

fn honest(question: BalanceQuestion) -> Vec<u8> {
    signed(answer(question), 3)
}

fn seven(said: &Said) -> bool {
    matches!(said, Said::Told(accounts, Height(9)) if accounts[0].balance == Paise(700))
}

#[tokio::test]
async fn the_asked_bank_s_own_answer_is_believed_and_each_question_is_another() {
    let mut bench = Bench::new(FOREVER);
    let (said, blamed) = bench.ask(|question| vec![(3, honest(question))]).await;
    assert!(seven(&said) && !blamed);
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let seen = std::cell::Cell::new(None);
        let answers = |question: BalanceQuestion| {
            seen.set(Some(question.nonce));
            vec![(3, honest(question))]
        };
        bench.ask(answers).await;
        nonces.push(seen.get().unwrap());
    }
    assert_ne!(nonces[0], nonces[1], "an answer of before is none to the next question");
}

/// What a bank says instead of an answer to a question.
type Lie = fn(BalanceQuestion) -> Vec<u8>;

#[tokio::test]
async fn no_lie_is_believed_and_its_teller_is_blamed() {
    let table: [(&str, Lie); 8] = [
        ("signed by another bank", |question| signed(answer(question), 4)),
        ("of another bank", |question| signed(BalanceAnswer { holder: BankId(4), ..answer(question) }, 4)),
        ("to another bank", |question| signed(BalanceAnswer { asker: BankId(2), ..answer(question) }, 3)),
        ("of an earlier question", |question| honest(BalanceQuestion { nonce: [0; 32], ..question })),
        ("of another person", |question| honest(BalanceQuestion { tag: ReceiverTag([6; 32]), ..question })),
        ("too long", |question| [honest(question), vec![0]].concat()),
        ("cut off", |question| honest(question)[..100].to_vec()),
        ("of another kind", |_| encode(&Response::Heights(Vec::new()))),
    ];
    for (what, lie) in table {
        let mut bench = Bench::new(FOREVER);
        let (said, blamed) = bench.ask(|question| vec![(3, lie(question))]).await;
        assert!(matches!(said, Said::Unreachable) && blamed, "{what}");
        let (said, _) = bench.ask(|question| vec![(3, honest(question))]).await;
        assert!(seven(&said), "{what}: the next question is answered");
    }
}

/// The first answer of the asked bank counts: one that another bank sends in its name is no answer, and what
/// comes after it changes nothing.
#[tokio::test]
async fn an_answer_from_elsewhere_or_a_second_one_changes_nothing() {
    let mut bench = Bench::new(FOREVER);
    let richer = |question| {
        let mut more = answer(question);
        more.told.as_mut().unwrap()[0].balance = Paise(900);
        signed(more, 3)
    };
    let (said, blamed) = bench.ask(|question| vec![(4, richer(question)), (3, honest(question))]).await;
    assert!(seven(&said) && !blamed, "another bank's message is passed by");
    let (said, blamed) = bench.ask(|question| vec![(3, honest(question)), (3, richer(question))]).await;
    assert!(seven(&said) && !blamed, "a second answer is passed by");
}

#[tokio::test]
async fn a_late_answer_is_nobody_s() {
    let mut bench = Bench::new(Duration::ZERO);
    let asked = bank(3);
    let told = bench.line.one(&asked, TAG).await;
    assert!(matches!(told.said, Said::Unreachable));
    let (_, late, of_before) = question(bench.sent.recv().await);
    bench.line.patience = FOREVER;
    let inquiries = Arc::clone(&bench.line.inquiries);
    let answers = |question: BalanceQuestion| {
        inquiries.settle(asked.network_key, late, Some(honest(of_before)));
        vec![(3, honest(question))]
    };
    let (said, blamed) = bench.ask(answers).await;
    assert!(seven(&said) && !blamed, "it reaches nobody, and blames nobody");
}
