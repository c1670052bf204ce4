//! Files that are broken as a whole, some of them on purpose: nothing of them is read.

use super::*;

fn fault(text: &str) -> Broken {
    Initiation::read(text.as_bytes()).expect_err("it is broken")
}

fn two() -> String {
    transfer("E-1", "10.50", &by_name("Bilal")) + &transfer("E-2", "0.50", &by_proxy())
}

#[test]
fn counts_and_sums_must_be_right_to_the_last_paisa() {
    assert_eq!(Initiation::read(file("2", "11.00", &two()).as_bytes()).unwrap().transfers.len(), 2);
    let table = [
        ("1", "11.00", Fault::Count("GrpHdr/NbOfTxs")),
        ("two", "11.00", Fault::Number("GrpHdr/NbOfTxs")),
        ("2", "11.01", Fault::Sum("GrpHdr/CtrlSum")),
        ("2", "10.99", Fault::Sum("GrpHdr/CtrlSum")),
        ("2", "-11.00", Fault::Number("GrpHdr/CtrlSum")),
        ("", "11.00", Fault::Missing("GrpHdr/NbOfTxs")),
    ];
    for (count, sum, expected) in table {
        assert_eq!(fault(&file(count, sum, &two())).fault, expected, "{count} {sum}");
    }
    let of_payment =
        file("2", "11", &two()).replace("<PmtMtd>", "<PmtMtd>TRF</PmtMtd><CtrlSum>11.01</CtrlSum><PmtMtd>");
    assert_eq!(fault(&of_payment).fault, Fault::Sum("PmtInf/CtrlSum"));
}

#[test]
fn amounts_that_are_no_numbers_break_the_file_at_their_line() {
    for amount in ["NaN", "INF", "-1.00", "1e3", "1,00", "१", "1.123456789012345678"] {
        let text =
            file("2", "11.00", &(transfer("E-1", "10.50", &by_name("B")) + &transfer("E-2", amount, "")));
        assert_eq!(fault(&text), Broken { line: 6, fault: Fault::Number("InstdAmt") }, "{amount}");
    }
}

#[test]
fn what_the_schema_requires_must_be_there_once() {
    let whole = file("2", "11.00", &two());
    let table = [
        (whole.replace("<MsgId>M-1</MsgId>", ""), Fault::Missing("GrpHdr/MsgId")),
        (whole.replace("<MsgId>M-1</MsgId>", "<MsgId/>"), Fault::Missing("MsgId")),
        (whole.replace("M-1", &"m".repeat(36)), Fault::Long("MsgId")),
        (whole.replace("<MsgId>M-1</MsgId>", "<MsgId>1</MsgId><MsgId>2</MsgId>"), Fault::Twice("MsgId")),
        (whole.replace("<EndToEndId>E-2</EndToEndId>", ""), Fault::Missing("EndToEndId")),
        (whole.replace("<PmtInfId>P-1</PmtInfId>", ""), Fault::Missing("PmtInfId")),
        (whole.replace("<PmtMtd>TRF</PmtMtd>", ""), Fault::Missing("PmtMtd")),
        (whole.replace(" Ccy=\"INR\"", ""), Fault::Missing("InstdAmt/@Ccy")),
        (whole.replace("<InstdAmt Ccy=\"INR\">10.50</InstdAmt>", ""), Fault::Missing("Amt/InstdAmt")),
        (file("0", "0", ""), Fault::Missing("CdtTrfTxInf")),
        (whole.replace("GrpHdr>", "GrpHdx>"), Fault::Missing("GrpHdr")),
    ];
    for (text, expected) in table {
        assert_eq!(fault(&text).fault, expected, "{text}");
    }
}

#[test]
fn entities_document_types_and_other_tricks_are_refused() {
    let whole = file("2", "11.00", &two());
    let with_type =
        |declared: &str| whole.replace("<Document", &format!("<!DOCTYPE x [{declared}]>\n<Document"));
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let foreign =
        whole.replace("<EndToEndId>E-2", "<x:EndToEndId xmlns:x=\"urn:x\">E-9</x:EndToEndId><EndToEndId>E-2");
    let table = [
        (with_type(&format!("<!ENTITY l0 \"ha\">{laughs}")).replace("E-2", "&l9;"), Fault::Entities),
        (with_type("<!ENTITY x SYSTEM \"file:///etc/passwd\">").replace("E-2", "&x;"), Fault::Entities),
        (whole.replace("E-2", "&x;"), Fault::Entities),
        (whole.replace("E-2", "&#0;"), Fault::NotXml),
        (whole.replace("pain.001.001.10", "pain.001.001.02"), Fault::Namespace),
        (whole.replace("pain.001.001.10", "pain.008.001.02"), Fault::Namespace),
        (whole.replace(" xmlns=\"", " xmlns:p=\""), Fault::Namespace),
        (foreign, Fault::Namespace),
        (whole.replace("CstmrCdtTrfInitn", "CstmrDrctDbtInitn"), Fault::Namespace),
        (whole.replace("<Dbtr>", &"<a>".repeat(40)), Fault::TooDeep),
        (whole.replace("</PmtInf>", ""), Fault::NotXml),
        (whole.replace("</Document>", ""), Fault::NotXml),
        (format!("{whole}<Document/>"), Fault::NotXml),
        (format!("{whole}more"), Fault::NotXml),
        (String::new(), Fault::NotXml),
    ];
    for (text, expected) in table {
        let broken = fault(&text);
        assert_eq!(broken.fault, expected, "{}", text.chars().take(400).collect::<String>());
        assert!(!broken.to_string().contains("passwd"));
    }
    assert_eq!(Initiation::read(b"\xff\xfe<").unwrap_err().fault, Fault::NotUtf8);
}

#[test]
fn files_have_a_size_and_a_number_of_transfers() {
    let blanks = " ".repeat(10 << 20);
    assert_eq!(fault(&format!("{}{blanks}", file("2", "11.00", &two()))).fault, Fault::TooLong);
    let many: String = (0..=TRANSFERS_MAX).map(|n| transfer(&format!("E-{n}"), "1", "")).collect();
    assert_eq!(fault(&file("10001", "10001", &many)).fault, Fault::TooMany);
    let long = file("1", "1", &transfer("E-1", "1", &by_name(&"x".repeat(1 << 20))));
    assert_eq!(fault(&long).fault, Fault::Long("Cdtr/Nm"));
    // A long text that nobody needs does no harm.
    let remark = format!("{}<RmtInf><Ustrd>{}</Ustrd></RmtInf>", by_name("Bilal"), "x".repeat(1 << 20));
    assert!(Initiation::read(file("1", "1", &transfer("E-1", "1", &remark)).as_bytes()).is_ok());
}
