//! Files that others made (IDX_DATA_DIR): all are read, and none can be paid in rupees.

use super::*;
use std::path::Path;

/// Files of the folder of samples that hold a pain.001, and how many transfers each has.
const SAMPLES: [(&str, usize); 4] = [
    ("International_payment_RUB_naujas_1.xml", 1),
    ("International_payment_USD_naujas_1.xml", 1),
    ("gistfile1.xml", 3),
    ("sepa_payment_naujas_1.xml", 1),
];

#[test]
fn files_of_other_banks_are_read() {
    let Ok(data) = std::env::var("IDX_DATA_DIR") else {
        println!("skipped: IDX_DATA_DIR is not set");
        return;
    };
    let folder = Path::new(&data).join("iso20022/samples/moov");
    for (name, count) in SAMPLES {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let read = Initiation::read(&bytes).unwrap_or_else(|broken| panic!("{name}: {broken}"));
        assert_eq!(read.transfers.len(), count, "{name}");
        for transfer in &read.transfers {
            let refused = read.order(transfer, &NUMBER.parse().unwrap(), TODAY).unwrap_err();
            assert_eq!(refused, LineFault::Debtor, "{name}");
        }
    }
    // It says seven and has eight.
    let bytes = std::fs::read(folder.join("musterfile_pain.001_Nov2020.xml")).unwrap();
    assert_eq!(Initiation::read(&bytes).unwrap_err().fault, Fault::Count("GrpHdr/NbOfTxs"));
    for name in ["statement_1.xml", "pain008-musterfile.xml", "invalid_file1", "valid_pain_v11.xml"] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        assert!(Initiation::read(&bytes).is_err(), "{name}");
    }
}
