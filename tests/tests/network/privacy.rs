//! Table 1.4 on the running network: real customers of six banks pay each other, and then every party looks
//! for persons with its folder, its keys and its place in the network.
//!
//! ```text
//!   HDFC: Asha --pays--> Bilal, at ICICI, SBI and AXIS --chooses--> one of them
//!   KOTAK: Charu        YES: nobody          an observer, two custodians, a judge
//! ```

mod parties;

use super::interface::get;
use super::lawful::{judge, opened, ordered};
use super::looking::{Known, every_answer, found_in};
use super::net::{Net, assert_success, until};
use super::observer::Observer;
use super::people::{Person, ask, done};
use idx_client::IdxClient;
use idx_client::encoding::Hex;
use idx_node::admin::AdminError;
use idx_node::testnet::BANKS;
use idx_types::{SessionId, TxId};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Where Bilal has accounts.
const OF_BILAL: [&str; 3] = ["ICICI", "SBI", "AXIS"];
/// Banks that have nothing to do with Asha's payments to Bilal.
const OTHERS: [&str; 2] = ["KOTAK", "YES"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_party_looks_for_persons_and_finds_no_other_than_its_own() {
    let net = Net::planned();
    assert_success(&net.testnet_up(&["--no-payments"]), "up");
    let observer = Observer::made(&net);
    tokio::task::block_in_place(|| BANKS.iter().for_each(|bank| let_it_talk(&net, bank, &observer.key)));
    let running = observer.start();
    let [asha, bilal, charu] = people(&net).await;

    let paid = chosen_at_one_of_three(&net, &asha, &bilal).await;
    let refused = rejected_and_cancelled(&net, &asha, &bilal).await;
    a_lost_vault_comes_back(&net, &bilal).await;
    let back = paid_back_from_there(&net, &bilal, &asha).await;
    let bad = bad_input_tells_nothing(&net, &asha, &charu).await;
    let order = the_judge_reads_one(&net, paid, &bilal).await;
    a_frozen_account_is_refused(&net, &bilal, &asha).await;

    let persons = [&asha, &bilal, &charu];
    let sessions = [asha_session(&net, &asha, paid).await];
    let ids = [vec![paid, order], refused, vec![back]].concat();
    the_public_port_names_nobody(&net, &observer.client(), &ids, &sessions, &persons).await;
    texts_name_nobody(&bad, &persons);
    drop(running);
    let chain_id = net.client(BANKS[0]).chain_id().await.expect("the node answers");
    assert_success(&net.testnet(&["down", "--keep-data"]), "down");
    no_folder_names_anybody(&net, &observer, &persons);
    let all = parties::identities(&net, BANKS[4], chain_id);
    assert!(all.len() >= 5 + 3, "five accounts and the sessions of three days' work: {}", all.len());
    parties::each_bank_opens_its_own(&net, &all);
    parties::custodians_and_judge_open_no_record(&net, &all);
    parties::no_vault_opens_for_another_bank(&net);
}

/// The bank lets the observer in and logs all that it can.
fn let_it_talk(net: &Net, bank: &str, observer: &str) {
    let file = net.place(bank).home.config_file();
    let text = fs::read_to_string(&file).expect("the settings are there");
    let listed = text.replace("observers = []", &format!("observers = [\"{observer}\"]"));
    let loud = listed.replace("level = \"info\"", "level = \"debug\"");
    assert!(text != listed && listed != loud, "the settings are those of a new network");
    net.stop(bank);
    fs::write(&file, loud).expect("the settings can be written");
    net.start(bank);
}

async fn people(net: &Net) -> [Person; 3] {
    let bilal = [("ICICI", "603918275541"), ("SBI", "714029386652"), ("AXIS", "825130497763")];
    [
        Person::joins(net, ["QWXZA7391K", "Q7X9Z2", "Ashalata Quixotewala"], &[("HDFC", "592807164430")])
            .await,
        Person::joins(net, ["VJKPB6284M", "V3K8W5", "Bilaluddin Zamindarov"], &bilal).await,
        Person::joins(net, ["YHGTC5173N", "Y9H4G6", "Charushila Wxyzenberg"], &[("KOTAK", "936241508874")])
            .await,
    ]
}

/// An intent reaches the three banks of its receiver and no other; he accepts at one, the others forget.
async fn chosen_at_one_of_three(net: &Net, asha: &Person, bilal: &Person) -> TxId {
    let id = waits_at_three(net, asha, bilal, "5000.00").await;
    let choice = json!({"idx": bilal.idx, "id": Hex(id), "number": bilal.number_at("SBI")});
    done(net, "SBI", "admin_accept", choice).await;
    asha.sees(net, "HDFC", id, Some("COMPLETED")).await;
    bilal.sees(net, "SBI", id, Some("COMPLETED")).await;
    for bank in ["ICICI", "AXIS"] {
        bilal.sees(net, bank, id, None).await;
    }
    id
}

async fn waits_at_three(net: &Net, asha: &Person, bilal: &Person, amount: &str) -> TxId {
    let id = asha.pays(net, bilal, amount).await;
    for bank in OF_BILAL {
        bilal.sees(net, bank, id, Some("AWAITING_RECEIVER")).await;
    }
    for bank in OTHERS.into_iter().chain(["HDFC"]) {
        assert!(bilal.transfer(net, bank, id).await.is_none(), "{bank} knows of an intent for no customer");
    }
    let held = asha.standing(net, "HDFC").await.expect("she has an account").held;
    assert!(held.0 > 0, "the money is held while he chooses");
    id
}

/// Rejected, or taken back: the hold is free, and all banks forget.
async fn rejected_and_cancelled(net: &Net, asha: &Person, bilal: &Person) -> Vec<TxId> {
    let rejected = waits_at_three(net, asha, bilal, "70.00").await;
    done(net, "ICICI", "admin_reject", json!({"idx": bilal.idx, "id": Hex(rejected)})).await;
    asha.sees(net, "HDFC", rejected, Some("REJECTED")).await;
    let cancelled = waits_at_three(net, asha, bilal, "80.00").await;
    done(net, "HDFC", "admin_cancel", json!({"idx": asha.idx, "id": Hex(cancelled)})).await;
    asha.sees(net, "HDFC", cancelled, Some("CANCELLED")).await;
    for (id, banks) in [(rejected, &["SBI", "AXIS"][..]), (cancelled, &OF_BILAL[..])] {
        for bank in banks {
            bilal.sees(net, bank, id, None).await;
        }
    }
    assert_eq!(asha.standing(net, "HDFC").await.expect("she has an account").held.0, 0);
    vec![rejected, cancelled]
}

/// A bank whose vault is gone has its customers again from the chain.
async fn a_lost_vault_comes_back(net: &Net, bilal: &Person) {
    let before = bilal.standing(net, "SBI").await.expect("he is a customer");
    net.stop("SBI");
    fs::remove_dir_all(net.place("SBI").home.vault()).expect("there is a vault");
    net.start("SBI");
    let after = bilal.standing(net, "SBI").await.expect("he is a customer again");
    assert_eq!((after.number, after.balance), (before.number, before.balance));
}

/// The customer whose bank lost everything pays as before.
async fn paid_back_from_there(net: &Net, bilal: &Person, asha: &Person) -> TxId {
    let number = bilal.number_at("SBI");
    let pay = json!({"idx": bilal.idx, "number": number, "amount": "150.00", "to": asha.idx});
    let id = done(net, "SBI", "admin_send", pay).await;
    asha.sees(net, "HDFC", id, Some("AWAITING_RECEIVER")).await;
    let choice = json!({"idx": asha.idx, "id": Hex(id), "number": asha.number_at("HDFC")});
    done(net, "HDFC", "admin_accept", choice).await;
    bilal.sees(net, "SBI", id, Some("COMPLETED")).await;
    id
}

/// What operators get wrong is refused by a stable code, in words that repeat nothing of it.
async fn bad_input_tells_nothing(net: &Net, asha: &Person, charu: &Person) -> Vec<String> {
    let (own, foreign) = (asha.number_at("HDFC"), charu.number_at("KOTAK"));
    let number: u64 = own.parse().expect("digits");
    let papers =
        |pan: Value| json!({"panCard": pan, "rbiNumber": "Q7X9Z2", "fullName": "Ashalata Quixotewala"});
    let pay = |changes: Value| {
        let mut pay = json!({"idx": asha.idx, "number": own, "amount": "5.00", "to": charu.idx});
        for (name, value) in changes.as_object().expect("an object") {
            pay[name] = value.clone();
        }
        pay
    };
    let table = [
        ("admin_registerCustomer", papers(json!("QWXZA7391KK")), "INVALID_PARAMS"),
        ("admin_registerCustomer", papers(json!(["QWXZA7391K"])), "INVALID_PARAMS"),
        ("admin_registerCustomer", papers(json!("QWXZA7391K")), "CUSTOMER_EXISTS"),
        ("admin_deposit", json!({"number": number, "amount": "5.00"}), "INVALID_PARAMS"),
        ("admin_deposit", json!({"number": foreign, "amount": "5.00"}), "UNKNOWN_ACCOUNT"),
        ("admin_send", pay(json!({"number": foreign})), "UNKNOWN_ACCOUNT"),
        ("admin_send", pay(json!({"idx": charu.idx})), "UNKNOWN_ACCOUNT"),
        ("admin_send", pay(json!({"to": format!("{}0", charu.idx)})), "INVALID_PARAMS"),
        ("admin_send", pay(json!({"to": null, "nickname": "Ashalata Quixotewala"})), "UNKNOWN_CONTACT"),
        ("admin_send", pay(json!({"amount": "99999999.00"})), "INSUFFICIENT_FUNDS"),
        ("admin_openAccount", json!({"idx": charu.idx}), "UNKNOWN_CUSTOMER"),
        (
            "admin_accept",
            json!({"idx": asha.idx, "id": Hex(TxId([7; 32])), "number": own}),
            "UNKNOWN_TRANSFER",
        ),
    ];
    let before = asha.standing(net, "HDFC").await;
    let mut told = Vec::new();
    for (method, params, code) in table {
        told.push(refusal(net, "HDFC", method, params, code).await);
    }
    assert_eq!(asha.standing(net, "HDFC").await, before, "nothing is held, nothing is lost");
    told
}

async fn refusal(net: &Net, bank: &str, method: &str, params: Value, code: &str) -> String {
    let refused = ask::<Value>(net, bank, method, params.clone()).await.expect_err("it is refused");
    assert!(matches!(&refused, AdminError::Refused { code: got, .. } if got == code), "{method}: {refused}");
    refused.to_string()
}

/// With both custodians and a live order the judge reads the one who was sought.
async fn the_judge_reads_one(net: &Net, paid: TxId, bilal: &Person) -> TxId {
    let order = ordered(net, &[("--tx", &Hex(paid).to_string()), ("--party", "receiver")], "10m");
    let look = || async {
        let output = judge(net, &["open", &Hex(order).to_string(), "--output", "json"]);
        output.status.success().then(|| opened(&output))
    };
    until("both custodians have released", || async { look().await.is_some() }).await;
    let record = opened(&judge(net, &["open", &Hex(order).to_string(), "--output", "json"]));
    assert_eq!(record["idx"], bilal.idx.to_string());
    TxId(order.0)
}

/// The order froze what it was for: the refusal is plain, and names nobody.
async fn a_frozen_account_is_refused(net: &Net, bilal: &Person, asha: &Person) {
    let number = bilal.number_at("SBI");
    let pay = json!({"idx": bilal.idx, "number": number, "amount": "1.00", "to": asha.idx});
    texts_name_nobody(&[refusal(net, "SBI", "admin_send", pay, "ACCOUNT_FROZEN").await], &[bilal, asha]);
}

async fn asha_session(net: &Net, asha: &Person, id: TxId) -> SessionId {
    asha.transfer(net, "HDFC", id).await.expect("she sent it").from_session
}

/// A stranger asks every node everything, and tries the operator's methods; so does he the observer.
async fn the_public_port_names_nobody(
    net: &Net,
    observer: &IdxClient,
    ids: &[TxId],
    sessions: &[SessionId],
    persons: &[&Person],
) {
    let tip = net.client(BANKS[0]).block_number().await.expect("the node answers");
    let caught_up = || async { observer.block_number().await.is_ok_and(|height| height >= tip) };
    until("the observer is where the banks are", caught_up).await;
    let handles = persons.iter().flat_map(|person| person.handles());
    let needles: Vec<Vec<u8>> = persons.iter().flat_map(|person| person.traces()).chain(handles).collect();
    let known = Known { ids, sessions };
    for client in BANKS.iter().map(|bank| net.client(bank)).chain([observer.clone()]) {
        let answers = every_answer(&client, &known).await;
        assert!(answers.len() > 100, "only {} questions", answers.len());
        for (method, answer) in &answers {
            let told = first_in(answer, &needles);
            assert!(told.is_none(), "{} tells in {method}: {told:?}", client.url());
        }
        for method in ["admin_accounts", "admin_transfers", "admin_contacts"] {
            let idx = json!({"idx": persons[0].idx});
            let refused = client.call::<Value>(method, idx).await.expect_err("it is the operator's");
            assert!(refused.to_string().contains("Method not found"), "{refused}");
        }
    }
    for bank in BANKS {
        assert_eq!(first_in(&get(net, bank, "/metrics").1, &needles), None, "metrics of {bank}");
        let mode =
            fs::metadata(net.place(bank).home.admin_socket()).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{bank}: only the operator opens the socket");
    }
}

fn texts_name_nobody(texts: &[String], persons: &[&Person]) {
    let needles: Vec<Vec<u8>> = persons.iter().flat_map(|person| person.traces()).collect();
    for text in texts {
        assert_eq!(first_in(text, &needles), None, "{text}");
    }
}

/// The first of these that a text holds; those that are no text cannot be in one.
fn first_in(text: &str, needles: &[Vec<u8>]) -> Option<String> {
    let mut needles = needles.iter().filter_map(|needle| std::str::from_utf8(needle).ok());
    needles.find(|needle| text.contains(needle)).map(str::to_owned)
}

/// No file of anybody names a person, be it the home bank's own or a log that tells all; names of accounts
/// are in the stores and journals of banks and nowhere else.
fn no_folder_names_anybody(net: &Net, observer: &Observer, persons: &[&Person]) {
    let layout = net.layout();
    let traces: Vec<Vec<u8>> = persons.iter().flat_map(|person| person.traces()).collect();
    let handles: Vec<Vec<u8>> = persons.iter().flat_map(|person| person.handles()).collect();
    assert_eq!(found_in(layout.dir(), &traces), Vec::<String>::new());
    let of_banks = |found: &str| {
        let homes = BANKS.map(|bank| net.place(bank).home);
        homes
            .iter()
            .flat_map(|home| [home.db(), home.wal()])
            .any(|own| found.starts_with(&*own.to_string_lossy()))
    };
    let (in_stores, elsewhere): (Vec<String>, Vec<String>) =
        found_in(layout.dir(), &handles).into_iter().partition(|found| of_banks(found));
    assert_eq!(elsewhere, Vec::<String>::new());
    assert!(in_stores.len() >= BANKS.len(), "every bank's store has them: the search finds");
    assert!(observer.home.starts_with(layout.dir()), "the observer's folder was searched");
    let planted = layout.dir().join("planted");
    fs::write(&planted, &traces[0]).expect("a file can be written");
    assert_eq!(found_in(layout.dir(), &traces).len(), 1, "and what is plain to see is seen");
}
