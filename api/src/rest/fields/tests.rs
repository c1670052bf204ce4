//! What readers take, and that their schemas say so.

use super::*;

#[test]
fn amounts_are_read_by_their_digits() {
    let table: [(&str, Option<u64>); 25] = [
        ("\"5075.00\"", Some(507_500)),
        ("5075", Some(507_500)),
        ("5075.5", Some(507_550)),
        ("0.01", Some(1)),
        ("123456789012.99", Some(12_345_678_901_299)),
        ("90071992547409.91", Some(9_007_199_254_740_991)),
        ("90071992547409.92", None),
        ("\"90071992547409.92\"", Some(9_007_199_254_740_992)),
        ("0.001", None),
        ("123456789012345.678", None),
        ("0.010000000000000000001", None),
        ("0", None),
        ("\"0.00\"", None),
        ("-1", None),
        ("\"-1\"", None),
        ("\"+1\"", None),
        ("1e3", None),
        ("\"1e3\"", None),
        ("\"NaN\"", None),
        ("\"Infinity\"", None),
        ("\"\u{0967}\"", None),
        ("true", None),
        ("null", None),
        ("[1]", None),
        ("99999999999999999999999", None),
    ];
    for (json, paise) in table {
        assert_eq!(Amount::read(json).map(|amount| amount.0.0), paise, "{json}");
    }
    for (json, taken) in [("0", true), ("\"0.00\"", true), ("1", false), ("-0.01", false)] {
        assert_eq!(NoAmount::read(json).is_some(), taken, "{json}");
    }
}

/// What a reader takes its schema allows, and the other way round.
#[test]
fn schemas_say_what_their_readers_take() {
    fn agrees<T: Field>(json: &str, taken: bool) {
        let schema = serde_json::from_str(T::SCHEMA).unwrap();
        let value = serde_json::from_str(json).unwrap();
        let valid = jsonschema::draft202012::is_valid(&schema, &value);
        assert_eq!((T::read(json).is_some(), valid), (taken, taken), "{json}: {}", T::RULE);
    }
    for (json, taken) in [("\"0\"", false), ("\"0.00\"", false), ("\"0.01\"", true), ("\"10\"", true)] {
        agrees::<Amount>(json, taken);
        agrees::<NoAmount>(json, ["\"0\"", "\"0.00\""].contains(&json));
    }
    for (json, taken) in [("\"Asha Rao\"", true), ("\" \"", false), ("\"\\nAsha\"", false), ("\"\"", false)] {
        agrees::<FullName>(json, taken);
        agrees::<Nickname>(json, taken);
        agrees::<Note>(json, taken);
    }
    for (json, taken) in [("\"hdfc\"", true), ("\"A\u{df}\"", false), ("\"A\"", false), ("1", false)] {
        agrees::<BankName>(json, taken);
    }
    for (json, taken) in [("99999999", false), ("100000000", true), ("\"012345678\"", true)] {
        agrees::<AccountId>(json, taken);
    }
    for (json, taken) in [("\"2026-05-11\"", true), ("\"1969-12-31\"", false), ("\"11.5.2026\"", false)] {
        agrees::<NetworkDay>(json, taken);
    }
}

#[test]
fn an_account_is_named_by_number_or_text() {
    for (json, taken) in [
        ("501000000001", true),
        ("\"501000000001\"", true),
        ("5.0", false),
        ("-501000000001", false),
        ("\"5010000000x1\"", false),
        ("5e11", false),
    ] {
        assert_eq!(AccountId::read(json).is_some(), taken, "{json}");
    }
}
