//! What the documents hold, and that the same statement is the same bytes.

use super::*;
use idx_crypto::{Ed25519, SecretKey, Signer, sha256};
use idx_types::testing::chain_id;
use idx_types::{BankId, Signed};

fn text(statement: &Statement, format: Format) -> String {
    String::from_utf8(statement.write(format)).unwrap()
}

#[test]
fn a_statement_is_the_same_bytes_whenever_it_is_written() {
    let mut seen = Vec::new();
    for format in Format::ALL {
        assert_eq!(sample().write(format), sample().write(format), "{}", format.name());
        seen.push(sample().write(format));
        assert_eq!(format.name().parse(), Ok(format));
    }
    assert!(seen[0] != seen[1] && seen[1] != seen[2]);
    assert_eq!("xml".parse::<Format>(), Err(FormatError));
}

#[test]
fn csv_quotes_everything_and_begins_no_formula() {
    let csv = text(&sample(), Format::Csv);
    let rows: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(rows.len(), 1 + 1 + 8 + 1 + 1, "header, opening, lines, closing, and the end of the last");
    assert_eq!(rows[11], "");
    let end = "\"HDFC\",\"501000000001\",\"INR\",\"\"";
    assert_eq!(
        rows[1],
        format!(
            "\"\",\"2023-11-14T00:00:00.000Z\",\"OPENING\",\"\",\"\",\"\",\"500.00\",\"\",\"\",\"\",{end}"
        )
    );
    assert!(rows[3].contains("\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""), "{}", rows[3]);
    let id = "0b".repeat(32);
    assert!(
        rows[3].starts_with(
            "\"2\",\"2023-11-14T12:00:11.011Z\",\"SENT\",\"1015.00\",\"\",\"15.00\",\"9485.00\""
        )
    );
    assert!(rows[3].ends_with(&format!("\"{id}\",\"11\",{end}")), "{}", rows[3]);
    let memo = "\"INR\",\"'+rent <May> & \"\"June\"\"\"";
    assert!(rows[4].ends_with(memo), "{}", rows[4]);
    assert!(rows[5].contains("\"RECEIVED\",\"\",\"123.45\",\"0.00\""), "{}", rows[5]);
    assert!(rows[10].contains("\"CLOSING\",\"\",\"\",\"\",\"6957.69\""), "{}", rows[10]);
    let fields = |row: &str| row.split("\",\"").count();
    assert!([1, 2, 4, 5, 6, 7, 8, 9, 10].iter().all(|row| fields(rows[*row]) == fields(rows[0])));
}

#[test]
fn camt_holds_balances_sums_and_escaped_names() {
    let xml = text(&sample(), Format::Camt053);
    for part in [
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">",
        "<Amt Ccy=\"INR\">6957.69</Amt>",
        "<Nm>आशा राव &amp; &lt;Sons&gt;</Nm>",
        "<TtlChrgsAndTaxAmt Ccy=\"INR\">15.00</TtlChrgsAndTaxAmt>",
        "<SubFmlyCd>CWDL</SubFmlyCd>",
        "<Ustrd>+rent &lt;May&gt; &amp; &quot;June&quot;</Ustrd>",
        "<NbOfNtries>8</NbOfNtries>",
        "<Sum>10523.45</Sum>",
        "<Cd>FORX</Cd>",
        "CHANGED with CITI_USA",
    ] {
        assert!(xml.contains(part), "{part} is not in\n{xml}");
    }
    let strange = vec![movement(1, sent(Some("a\u{fffe}b"), 0), 1)];
    let statement = Statement::new(head(), Paise(1), &[recorded(1, 0)], strange).unwrap();
    assert!(text(&statement, Format::Camt053).contains("<Nm>a\u{fffd}b</Nm>"));
}

#[test]
fn a_pdf_has_as_many_pages_as_it_needs() {
    for (lines, pages) in [(0, 1), (1, 1), (21, 1), (22, 2), (48, 2), (49, 3)] {
        let pdf = long(lines).write(Format::Pdf);
        assert!(pdf.starts_with(b"%PDF-"), "{lines}");
        let count = pdf.windows(12).filter(|bytes| bytes.starts_with(b"/Type/Page/")).count();
        let spaced = pdf.windows(13).filter(|bytes| bytes.starts_with(b"/Type /Page\n")).count();
        assert_eq!(count + spaced, pages, "{lines} lines");
    }
}

#[test]
fn a_seal_is_of_one_document_by_one_bank_and_nothing_else() {
    let (key, document) = (SecretKey::from_seed(&[7; 32]), sample().write(Format::Csv));
    let head = head();
    let seal = StatementSeal {
        chain_id: chain_id(),
        bank: BankId(1),
        height: head.as_of,
        account: account_digest(&head.account),
        from: head.from,
        to: head.to,
        format: Format::Csv,
        content: sha256(&document),
    };
    let written = SealText(Signed::new(seal, &key)).to_string();
    assert_eq!(written.len(), SealText::CHARS);
    let read: SealText = format!("{written}\n").parse().unwrap();
    assert!(read.0.check(&key.public_key(), &Ed25519).is_ok() && read.0.message.is_of(&document));
    for place in [0, 1, document.len() / 2, document.len() - 1] {
        let mut altered = document.clone();
        altered[place] ^= 1;
        assert!(!seal.is_of(&altered), "byte {place}");
    }
    // Every digit of the text counts: it reads as nothing, or does not verify.
    for place in 0..written.len() {
        let mut altered = written.clone().into_bytes();
        altered[place] = if altered[place] == b'0' { b'1' } else { b'0' };
        let read: Result<SealText, _> = String::from_utf8(altered).unwrap().parse();
        assert!(
            read.is_err() || read.unwrap().0.check(&key.public_key(), &Ed25519).is_err(),
            "digit {place}"
        );
    }
    for bad in ["", "zz", &written[2..], &written.to_uppercase()] {
        assert_eq!(bad.parse::<SealText>(), Err(SealTextError));
    }
}
