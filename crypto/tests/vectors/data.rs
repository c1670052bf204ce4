//! Where vectors are found, and how their fields are read.

use serde_json::Value;
use std::path::Path;

/// A file of vectors, or `None` and a notice where the data folder is not given.
pub fn load(file: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("IDX_DATA_DIR") else {
        println!("skipped: vectors/{file} (set IDX_DATA_DIR to the folder of real data)");
        return None;
    };
    let path = Path::new(&folder).join("vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// The cases of a list.
pub fn cases(list: &Value) -> &[Value] {
    list.as_array().expect("a list of cases")
}

/// All groups of a Wycheproof file with their cases, and whether a case is valid.
pub fn wycheproof(file: &Value) -> impl Iterator<Item = (&Value, &Value, bool)> {
    cases(&file["testGroups"]).iter().flat_map(|group| {
        cases(&group["tests"]).iter().map(move |case| (group, case, case["result"] != "invalid"))
    })
}

/// A hex field.
pub fn bytes(case: &Value, field: &str) -> Vec<u8> {
    let text = case[field].as_str().unwrap_or_else(|| panic!("no {field} in {case}"));
    hex::decode(text).unwrap_or_else(|error| panic!("{field} of {case}: {error}"))
}

/// A hex field of a known length; `None` if it has another.
pub fn array<const N: usize>(case: &Value, field: &str) -> Option<[u8; N]> {
    bytes(case, field).try_into().ok()
}
