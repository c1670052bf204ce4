//! The table of the operator's own methods, served on a socket of the machine alone.

use super::clerk::{self, with};
use super::documents;
use super::entry;
use super::person;
use super::{Method, Param, Run};

const TEXT: &str = r#"{"type":"string"}"#;

const fn text(name: &'static str, summary: &'static str, example: &'static str) -> Param {
    Param { name, optional: false, summary, schema: TEXT, example }
}

const IDX: Param =
    text("idx", "the customer", r#""IDX_0101010101010101010101010101010101010101010101010101010101010101""#);
const CONTACT: Param = Param { name: "contact", summary: "who it is", ..IDX };
const TO: Param =
    Param { name: "to", optional: true, summary: "the receiver, if no contact is named", ..IDX };
const PAN: Param = text("panCard", "five letters, four digits and a letter", "\"ABCDE1234F\"");
const RBI: Param = text("rbiNumber", "the RBI number", "\"ASHA01\"");
const CLERK: Param = text("name", "what the clerk is called", "\"Counter 4\"");
const ROLE: Param = Param {
    name: "role",
    optional: true,
    summary: "what the token is for; bank_admin if left out",
    schema: r#"{"enum":["bank_admin","auditor","judge_clerk","regulator"]}"#,
    example: "\"judge_clerk\"",
};
const PASSWORD: Param = text("password", "12 to 128 characters", "\"correct horse battery\"");
const NAME: Param = text("fullName", "the name", "\"Asha Rao\"");
const NUMBER: Param = text("number", "the account's number at this bank", "\"501000000001\"");
const NEW_NUMBER: Param =
    Param { optional: true, summary: "the number it shall have; made if left out", ..NUMBER };
const NICKNAME: Param = text("nickname", "what the customer calls him", "\"Bilal\"");
const MAYBE_NICKNAME: Param =
    Param { optional: true, summary: "the contact to be paid, if no IDX is named", ..NICKNAME };
const AMOUNT: Param = text("amount", "rupees", "\"5000.00\"");
const ID: Param =
    text("id", "the transfer", r#""0x0101010101010101010101010101010101010101010101010101010101010101""#);
const REASON: Param = Param {
    name: "reason",
    optional: false,
    summary: "the bank's own number of the reason",
    schema: r#"{"type":"integer","minimum":0,"maximum":65535}"#,
    example: "1",
};

const FROM: Param = text("from", "the first day", "\"2026-11-01\"");
const TO_DAY: Param = text("to", "the last day", "\"2026-11-30\"");
const FORMAT: Param = Param {
    name: "format",
    optional: false,
    summary: "csv, pdf or camt.053",
    schema: r#"{"enum":["csv","pdf","camt.053"]}"#,
    example: "\"csv\"",
};
const XML: Param = text("content", "a pain.001 as text", "\"<Document/>\"");
const DRY: Param = Param {
    name: "dryRun",
    optional: true,
    summary: "whether to look only, and pay nothing",
    schema: r#"{"type":"boolean"}"#,
    example: "true",
};
const LIFE: Param = Param {
    name: "validForMs",
    optional: true,
    summary: "how long the receiver has to choose and the transfer to settle; as long as the ledger allows if left out",
    schema: r#"{"type":"integer","minimum":5000}"#,
    example: "3600000",
};

/// Declares the table.
macro_rules! methods {
    ($($name:literal [$($param:expr),*] -> $result:literal, $summary:literal, $run:path;)*) => {
        /// Every method of the operator's door.
        pub(crate) const ADMIN_METHODS: &[Method] = &[$(Method {
            name: $name,
            summary: $summary,
            params: &[$($param),*],
            result: $result,
            run: Run::Call(|context, arguments| with(context, arguments, $run)),
        }),*];
    };
}

methods! {
    "admin_registerCustomer" [PAN, RBI, NAME] -> "string", "Makes a person a customer; answers his IDX.",
        clerk::register;
    "admin_openAccount" [IDX, NEW_NUMBER] -> "OpeningView", "Opens an account.", clerk::open_account;
    "admin_accounts" [IDX] -> "StandingView[]", "A customer's accounts.", clerk::accounts;
    "admin_deposit" [NUMBER, AMOUNT] -> "Hash", "Pays cash into an account.", clerk::deposit;
    "admin_withdraw" [NUMBER, AMOUNT] -> "Hash", "Pays cash out of an account.", clerk::withdraw;
    "admin_freeze" [NUMBER, REASON] -> "Hash", "Lets an account stand still.", clerk::freeze;
    "admin_unfreeze" [NUMBER] -> "Hash", "Lets it move again.", clerk::unfreeze;
    "admin_addContact" [IDX, NICKNAME, CONTACT] -> "boolean", "Keeps somebody as a contact.",
        clerk::add_contact;
    "admin_removeContact" [IDX, NICKNAME] -> "boolean", "Forgets a contact.", clerk::remove_contact;
    "admin_contacts" [IDX] -> "ContactView[]", "Whom a customer pays.", clerk::contacts;
    "admin_send" [IDX, NUMBER, AMOUNT, MAYBE_NICKNAME, TO, LIFE] -> "Hash",
        "Pays; answers the transfer's id.", clerk::send;
    "admin_accept" [IDX, ID, NUMBER] -> "Hash", "Receives a transfer into an account.", clerk::accept;
    "admin_reject" [IDX, ID] -> "Hash", "Says no to a transfer.", clerk::reject;
    "admin_cancel" [IDX, ID] -> "Hash", "Takes a transfer back that nobody has accepted.", clerk::cancel;
    "admin_transfers" [IDX] -> "CustomerTransferView[]", "What a customer sent and was sent, newest first.",
        clerk::transfers;
    "admin_exportPerson" [IDX] -> "PersonView", "All that the bank keeps of a person.", person::export;
    "admin_erasePerson" [IDX] -> "ErasedView", "Forgets of a person what the bank need not keep.",
        person::erase;
    "admin_issueToken" [CLERK, ROLE] -> "TokenView", "A token of one of the bank's people, or of an office, for a day.",
        entry::issue_token;
    "admin_setPassword" [IDX, PASSWORD] -> "boolean", "Gives a customer a password; ends his logins.",
        entry::set_password;
    "admin_removeTotp" [IDX] -> "boolean", "Takes the second factor of a customer away who has lost it.",
        entry::remove_factor;
    "admin_importPayments" [NUMBER, XML, DRY] -> "ImportView",
        "Pays by an ISO 20022 pain.001 file, from an account.", documents::import;
    "admin_makeStatement" [NUMBER, FROM, TO_DAY, FORMAT] -> "DocumentView",
        "Makes a statement of an account, signed by the bank.", documents::statement;
}
