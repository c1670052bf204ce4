//! Files that are read, files that are refused, and transfers that are.

mod hostile;
mod lines;
mod samples;

use super::*;

const TODAY: idx_types::NetworkDay = idx_types::NetworkDay(19_675);
const NUMBER: &str = "501000000001";

/// A transfer as XML.
fn transfer(end_to_end: &str, amount: &str, creditor: &str) -> String {
    format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>{end_to_end}</EndToEndId></PmtId>\
         <Amt><InstdAmt Ccy=\"INR\">{amount}</InstdAmt></Amt>{creditor}</CdtTrfTxInf>\n"
    )
}

/// A file of these transfers; count and sum as given.
fn file(count: &str, sum: &str, transfers: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.10\"><CstmrCdtTrfInitn>\n\
         <GrpHdr><MsgId>M-1</MsgId><CreDtTm>2023-11-14T09:00:00Z</CreDtTm><NbOfTxs>{count}</NbOfTxs>\
         <CtrlSum>{sum}</CtrlSum><InitgPty><Nm>Asha</Nm></InitgPty></GrpHdr>\n\
         <PmtInf><PmtInfId>P-1</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2023-11-14</Dt></ReqdExctnDt>\
         <Dbtr><Nm>Asha</Nm></Dbtr><DbtrAcct><Id><Othr><Id>{NUMBER}</Id></Othr></Id></DbtrAcct>\
         <DbtrAgt><FinInstnId><Nm>HDFC</Nm></FinInstnId></DbtrAgt>\n{transfers}</PmtInf>\n\
         </CstmrCdtTrfInitn></Document>\n"
    )
}

fn bilal() -> String {
    format!("IDX_{}", "ab".repeat(32))
}

/// A creditor by the proxy of his account.
fn by_proxy() -> String {
    format!(
        "<Cdtr><Nm>Bilal</Nm></Cdtr><CdtrAcct><Id><Othr><Id>IDX</Id></Othr></Id><Prxy><Id>{}</Id></Prxy>\
         </CdtrAcct>",
        bilal()
    )
}

/// A creditor by name.
fn by_name(name: &str) -> String {
    format!("<Cdtr><Nm>{name}</Nm></Cdtr>")
}
