//! Who the customers of these tests are.

use serde_json::{Value, json};

/// PAN, RBI number and name.
pub const PEOPLE: [[&str; 3]; 2] =
    [["ABCDE1234F", "ASHA01", "Asha Rao"], ["PQRSX0001Y", "BILAL1", "Bilal Khan"]];

pub const PASSWORD: &str = "correct horse battery";

/// What a person sends to register.
pub fn registration(who: usize) -> Value {
    let [pan, rbi, name] = PEOPLE[who];
    json!({"pan_card": pan, "rbi_number": rbi, "full_name": name, "password": PASSWORD})
}

/// What a person sends to log in.
pub fn papers(who: usize) -> Value {
    let [pan, rbi, _] = PEOPLE[who];
    json!({"pan_card": pan, "rbi_number": rbi, "bank_name": "HDFC", "password": PASSWORD})
}
