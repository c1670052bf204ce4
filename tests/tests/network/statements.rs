//! Payments by a file, then statements of both sides in every format, checked by who has only the file.

use super::net::{Net, assert_success, idx_node};
use super::rest::{App, customer};
use idx_node::home::Home;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;

/// A file of two transfers: to a contact, and to nobody that is known.
fn payments(account: u64) -> String {
    let transfer = |id: &str, amount: &str, name: &str| {
        format!(
            "<CdtTrfTxInf><PmtId><EndToEndId>{id}</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"INR\">{amount}\
             </InstdAmt></Amt><Cdtr><Nm>{name}</Nm></Cdtr></CdtTrfTxInf>"
        )
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.10\"><CstmrCdtTrfInitn>\
         <GrpHdr><MsgId>RENT</MsgId><CreDtTm>2026-01-01T00:00:00Z</CreDtTm><NbOfTxs>2</NbOfTxs>\
         <CtrlSum>5001.00</CtrlSum><InitgPty><Nm>A</Nm></InitgPty></GrpHdr>\
         <PmtInf><PmtInfId>P</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-01-01</Dt></ReqdExctnDt>\
         <Dbtr><Nm>A</Nm></Dbtr><DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct>\
         <DbtrAgt><FinInstnId><Nm>HDFC</Nm></FinInstnId></DbtrAgt>{}{}</PmtInf>\
         </CstmrCdtTrfInitn></Document>",
        transfer("E-1", "5000.00", "Bilal"),
        transfer("E-2", "1.00", "Nobody"),
    )
}

fn in_home(home: &Home, words: &[&str]) -> Output {
    let folder = home.root().to_str().expect("the folder has a name in text");
    idx_node(words.iter().copied().chain(["--home", folder]))
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Imports the file twice: one transfer is made once, the other is refused each time.
fn import(home: &Home, file: &Path, account: u64) -> String {
    std::fs::write(file, payments(account)).unwrap();
    let (file, account) = (file.to_str().unwrap(), account.to_string());
    let words = ["import", "pain001", file, "--account", &account, "--output", "json"];
    let first = in_home(home, &words);
    assert_eq!(first.status.code(), Some(5), "one of the two is refused: {first:?}");
    let (first, again) = (report(&first), report(&in_home(home, &words)));
    let states = |report: &Value| {
        report["lines"].as_array().unwrap().iter().map(|l| l["state"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (states(&first), states(&again)),
        (vec![json!("accepted"), json!("refused")], vec![json!("known"), json!("refused")])
    );
    assert_eq!(first["lines"][1]["code"], "UNKNOWN_CONTACT");
    assert_eq!(first["lines"][0]["tx"], again["lines"][0]["tx"]);
    first["lines"][0]["tx"].as_str().unwrap().trim_start_matches("0x").to_owned()
}

/// Exports a document, and checks it by genesis and by a node of another bank; an altered one is refused.
fn export(net: &Net, folder: &Path, format: &str, account: u64, (from, to): (&str, &str)) {
    let home = &net.place("HDFC").home;
    let (file, account) = (folder.join(format), account.to_string());
    let (name, signature) = (file.to_str().unwrap(), format!("{}.sig", file.display()));
    let words = ["export", format, &account, "--from", from, "--to", to, "--file", name];
    assert_success(&in_home(home, &words), "export");
    let verify = |words: [&str; 2]| {
        idx_node([
            "statement",
            "verify",
            name,
            "--signature",
            &signature,
            words[0],
            words[1],
            "--output",
            "json",
        ])
    };
    let genesis = home.genesis_file();
    let other = format!("{}/rpc", net.url("ICICI").trim_end_matches("/rpc"));
    for told in [verify(["--genesis", genesis.to_str().unwrap()]), verify(["--url", &other])] {
        assert_success(&told, "verify");
        assert_eq!(report(&told)["bank"], "HDFC");
    }
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(verify(["--genesis", genesis.to_str().unwrap()]).status.code(), Some(5), "{format}");
}

/// What the bank states to its customer over REST, which anybody can have verified at another bank.
fn stated(app: &App<'_>, net: &Net, today: &str, (closing, lines): (&str, u64)) {
    let wanted = json!({"start_date": today, "end_date": today, "format": "camt.053"});
    let made = app.ask(201, "POST /api/statements/generate", wanted);
    let facts = &made["metadata"];
    assert_eq!(
        (&facts["closing_balance"], &facts["transaction_count"]),
        (&json!(closing), &json!(lines)),
        "{facts}"
    );
    let elsewhere = App { net, bank: "SBI", token: String::new() };
    let altered = json!({"content": "<Document/>", "signature": made["signature"]});
    assert_eq!(elsewhere.ask(200, "POST /api/statements/verify", altered)["valid"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_pays_and_statements_of_both_sides_are_signed_and_verified() {
    let net = Net::up();
    let folder = tempfile::tempdir().unwrap();
    let (asha, _, from) = customer(&net, "HDFC", ["ABCDE1234F", "ASHA01", "Asha Rao"]).await;
    let (bilal, idx, to) = customer(&net, "ICICI", ["PQRSX0001Y", "BILAL1", "Bilal Khan"]).await;
    asha.ask(201, "POST /api/recipients/add", json!({"recipient_idx": idx, "nickname": "Bilal"}));
    let hash = import(&net.place("HDFC").home, &folder.path().join("rent.xml"), from);
    bilal.until("GET /api/transactions/pending-for-me", |answer| answer["count"] == 1).await;
    bilal.ask(200, &format!("POST /api/transactions/{hash}/confirm"), json!({"receiver_account_id": to}));
    let line = format!("GET /api/transactions/{hash}");
    let done = asha.until(&line, |answer| answer["transaction"]["status"] == "COMPLETED").await;
    bilal.until(&line, |answer| answer["transaction"]["status"] == "COMPLETED").await;

    // Midnight may pass while this runs: the period is from the payment's day to the year's end of it.
    let today = done["transaction"]["created_at"].as_str().unwrap()[..10].to_owned();
    let end = format!("{}-12-31", &today[..4]);
    stated(&asha, &net, &today, ("4925.00", 2));
    stated(&bilal, &net, &today, ("15000.00", 2));
    for format in ["csv", "pdf", "camt053"] {
        export(&net, folder.path(), format, from, (&today, &end));
    }
}
