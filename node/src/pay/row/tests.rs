//! Good and bad lines.

use super::*;

fn banks() -> Vec<BankCode> {
    ["HDFC", "ICICI", "SBI"].map(|code| code.parse().unwrap()).to_vec()
}

fn read_lines(lines: &[u8]) -> Payments {
    let mut file = HEADER.as_bytes().to_vec();
    file.push(b'\n');
    file.extend_from_slice(lines);
    read(file.as_slice(), &banks(), usize::MAX).unwrap()
}

const GOOD: &str = "1,1993-01-05,A1,HDFC,B2,ICICI,3401.00,household";

#[test]
fn each_bad_line_has_its_own_reason_and_harms_no_other() {
    let long = format!("2,1993-01-05,A1,HDFC,B2,ICICI,1.00,{}", "x".repeat(2_000));
    let table: &[(&[u8], &str)] = &[
        (b"2,1993-01-05,A1,HDFC,B2,ICICI,1.00", "7 fields instead of 8"),
        (b"2,1993-01-05,A1,HDFC,B2,ICICI,1.00,,", "9 fields instead of 8"),
        (b"1,1993-01-05,A1,HDFC,B2,ICICI,1.00,", "payment_id 1 stands on line 2 already"),
        (b",1993-01-05,A1,HDFC,B2,ICICI,1.00,", "payment_id is empty"),
        (b"2,5.1.1993,A1,HDFC,B2,ICICI,1.00,", "date \"5.1.1993\""),
        (b"2,1993-13-05,A1,HDFC,B2,ICICI,1.00,", "date \"1993-13-05\""),
        (b"2,1993-01-05,,HDFC,B2,ICICI,1.00,", "sender_account is empty"),
        (b"2,1993-01-05,A 1,HDFC,B2,ICICI,1.00,", "sender_account \"A 1\""),
        (b"2,1993-01-05,A1,KOTAK,B2,ICICI,1.00,", "sender_bank \"KOTAK\" is none of HDFC, ICICI, SBI"),
        (b"2,1993-01-05,A1,HDFC,B2,icici,1.00,", "receiver_bank \"icici\""),
        (b"2,1993-01-05,A1,HDFC,A1,HDFC,1.00,", "sender and receiver are one account, A1 at HDFC"),
        (b"2,1993-01-05,A1,HDFC,B2,ICICI,0.00,", "amount_inr is zero"),
        (b"2,1993-01-05,A1,HDFC,B2,ICICI,-5,", "amount_inr: \"-5\" is not an amount"),
        (b"2,1993-01-05,A1,HDFC,B2,ICICI,1.001,", "amount_inr: \"1.001\""),
        (b"2,1993-01-05,A1,HDFC,B2,ICICI,NaN,", "amount_inr: \"NaN\""),
        (b"2,1993-01-05,\"A1,HDFC,B2,ICICI,1.00,", "a quote is not closed"),
        (b"2,1993-01-05,A\xff,HDFC,B2,ICICI,1.00,", "not UTF-8"),
        (long.as_bytes(), "longer than 1024 bytes"),
    ];
    for (bad, says) in table {
        let last = b"9,1993-01-05,A1,HDFC,A1,ICICI,2.00,".as_slice();
        let payments = read_lines(&[GOOD.as_bytes(), bad, last].join(&b'\n'));
        assert_eq!(payments.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4], "{says}");
        let [refused] = payments.refused.as_slice() else { panic!("{says}: {:?}", payments.refused) };
        assert_eq!(refused.line, 3);
        assert!(refused.reason.contains(says), "{:?} does not say {says:?}", refused.reason);
    }
}

#[test]
fn a_good_line_is_read_whole() {
    let payments = read_lines(b"1,1993-01-05,A1,HDFC,\"B2\",ICICI,3401.5,\"a, b\"\r\n\n");
    assert!(payments.refused.is_empty());
    let [row] = payments.rows.as_slice() else { panic!() };
    assert_eq!((row.line, row.id.as_str(), row.amount), (2, "1", Paise(340_150)));
    assert_eq!((row.sender.account.as_str(), row.receiver.bank.as_str()), ("A1", "ICICI"));
}

#[test]
fn another_header_is_refused_with_both_lines() {
    let error = read(b"id,amount\n".as_slice(), &banks(), 1).unwrap_err().to_string();
    assert!(error.contains(HEADER) && error.contains("id,amount"), "{error}");
    assert!(matches!(read(b"".as_slice(), &banks(), 1), Err(FileError::Header { .. })));
}

#[test]
fn the_limit_counts_sound_lines() {
    let file = format!("{HEADER}\nbad\n{GOOD}\n3,1993-01-05,A1,HDFC,B2,ICICI,1.00,\n");
    let payments = read(file.as_bytes(), &banks(), 1).unwrap();
    assert_eq!((payments.rows.len(), payments.refused.len()), (1, 1));
}

/// The real file, where there is one: every line is sound, 2,226 payments stay inside one bank.
#[test]
fn every_line_of_the_real_file_is_sound() {
    let Ok(folder) = std::env::var("IDX_DATA_DIR") else {
        eprintln!("skipped: IDX_DATA_DIR is not set");
        return;
    };
    let codes = ["HDFC", "ICICI", "SBI", "AXIS", "KOTAK", "YES"].map(|code| code.parse().unwrap());
    let path = std::path::Path::new(&folder).join("payments/payments.csv");
    let file = io::BufReader::new(std::fs::File::open(path).unwrap());
    let payments = read(file, &codes, usize::MAX).unwrap();
    let inside = payments.rows.iter().filter(|row| row.sender.bank == row.receiver.bank).count();
    assert_eq!((payments.rows.len(), payments.refused.len(), inside), (12_749, 0, 2_226));
}
