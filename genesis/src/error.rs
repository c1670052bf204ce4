//! Why a genesis is refused, and what to do about it.

use crate::check::{ADDRESSES_MAX, OBSERVERS_MAX, TIME_MAX, TIME_MIN};
use crate::file::{GENESIS_BYTES_MAX, GENESIS_FORMAT};
use crate::judges::JUDGES_FOUNDING_MAX;
use idx_chain::BANKS_MIN;
use idx_crypto::PublicKey;
use idx_types::escrow::DAY_KEYS_MAX;
use idx_types::params::PROTOCOL_VERSION;
use idx_types::travel::FOREIGN_BANKS_MAX;
use idx_types::{BankCode, Currency, JudgeId, MAX_BANKS, NetworkDay, Paise};

/// What is wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The name of the network or of an observer.
    #[error(
        "{found:?} is no name of a network or observer: 1 to 32 of a-z, 0-9 and -, starting with a letter"
    )]
    Name {
        /// The name, cut.
        found: String,
    },
    /// The start lies in no sensible year.
    #[error(
        "time {found} is not between 2020 and 2100 ({} to {}): write milliseconds since 1970, not seconds",
        TIME_MIN.0, TIME_MAX.0
    )]
    Time {
        /// The time given.
        found: u64,
    },
    /// A parameter is out of its range.
    #[error("params: {0}")]
    Params(String),
    /// Rules that this software does not know.
    #[error(
        "params: protocol_version is {found}, this software has {PROTOCOL_VERSION}: install the matching release"
    )]
    Protocol {
        /// The version named.
        found: u16,
    },
    /// Too few or too many banks.
    #[error("{found} banks: a network is founded by {BANKS_MIN} to {MAX_BANKS}; add banks before signing")]
    BankCount {
        /// Banks in the body.
        found: usize,
    },
    /// Too many observers.
    #[error("{found} observers: at most {OBSERVERS_MAX} fit into a genesis file")]
    ObserverCount {
        /// Observers in the body.
        found: usize,
    },
    /// A code or name is there twice.
    #[error("{name} is there twice: every bank, foreign bank, observer and regulator has a name of its own")]
    NameTwice {
        /// The name.
        name: String,
    },
    /// A key is there twice.
    #[error("{first} and {second} are the same: every key has one owner and one purpose; generate another")]
    KeyTwice {
        /// Whose it was first.
        first: String,
        /// Whose it would be too.
        second: String,
    },
    /// A key that is no point of the curve, or of small order.
    #[error("the {purpose} key of {owner} is not a sound public key: export it again from the keystore")]
    UnsoundKey {
        /// Whose it is.
        owner: String,
        /// What the key is for.
        purpose: &'static str,
    },
    /// Nobody of the state could open an identity.
    #[error("escrow: there is no regulator; add one with `genesis add-regulator`")]
    NoRegulator,
    /// The company is missing.
    #[error("escrow: there is no company; add its keys with `genesis set-company`")]
    NoCompany,
    /// The banks' shared secrets are missing, or not sealed for exactly these banks.
    #[error(
        "shared: the banks' secrets are not sealed for exactly these banks: run `idx-node genesis seal-shared` when all are in"
    )]
    NotShared,
    /// Too few or too many keys of the company.
    #[error("escrow: the company brings keys of {found} days; 1 to {DAY_KEYS_MAX} are possible")]
    DayKeyCount {
        /// Keys given.
        found: usize,
    },
    /// Nothing could be sealed on the first day.
    #[error(
        "escrow: the network starts on {first}, and the company's keys are for {from} to {to}: export them again with --first-day {first}"
    )]
    NoKeyForFirstDay {
        /// The day on which the network starts.
        first: NetworkDay,
        /// The first day with a key.
        from: NetworkDay,
        /// The last one.
        to: NetworkDay,
    },
    /// Names, counts or keys that the ledger would not take.
    #[error("escrow: {0}")]
    Escrow(String),
    /// A judge's name that the ledger would not take.
    #[error("{judge}: a judge's name is 2 to 64 printable ASCII characters")]
    JudgeName {
        /// The judge.
        judge: JudgeId,
    },
    /// Two judges of one number.
    #[error("{judge} is there twice: every judge has a number of its own")]
    JudgeTwice {
        /// The number.
        judge: JudgeId,
    },
    /// Too many judges.
    #[error(
        "{found} judges: at most {JUDGES_FOUNDING_MAX} fit into a genesis file; governance registers more"
    )]
    JudgeCount {
        /// Judges in the body.
        found: usize,
    },
    /// A stake or reserve of nearly nothing.
    #[error("the {what} of {bank} is {amount}: at least 1.00 is needed")]
    TooLittle {
        /// The bank.
        bank: BankCode,
        /// Stake or reserve.
        what: &'static str,
        /// The amount given.
        amount: Paise,
    },
    /// One balance could not hold all money.
    #[error(
        "stakes, reserves and floats in {currency} add up to {total} minor units: at most 2^64 - 1 can exist; lower them"
    )]
    TooMuchMoney {
        /// The currency.
        currency: Currency,
        /// The sum, minor units.
        total: u128,
    },
    /// A foreign bank that the ledger would not take.
    #[error("foreign bank {bank}: {why}")]
    ForeignBank {
        /// The foreign bank.
        bank: BankCode,
        /// What is wrong.
        why: String,
    },
    /// Too many foreign banks.
    #[error("{found} foreign banks: at most {FOREIGN_BANKS_MAX} are possible")]
    ForeignBankCount {
        /// Foreign banks in the body.
        found: usize,
    },
    /// A bank that cannot be reached, or at too many places.
    #[error("{bank} has {found} addresses: give 1 to {ADDRESSES_MAX}")]
    AddressCount {
        /// The bank.
        bank: BankCode,
        /// Addresses given.
        found: usize,
    },
    /// Not an address that can be dialled.
    #[error("{bank} has address {address:?}: write for example /dns4/idx.bank.example/tcp/7000")]
    Address {
        /// The bank.
        bank: BankCode,
        /// The address, cut.
        address: String,
    },
    /// Not a URL for clients.
    #[error("{bank} has http_url {url:?}: write for example https://idx.bank.example")]
    Url {
        /// The bank.
        bank: BankCode,
        /// The URL, cut.
        url: String,
    },
}

/// Why a text is no genesis file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Too long to be one.
    #[error("the genesis file has {found} bytes, at most {GENESIS_BYTES_MAX} are allowed")]
    TooLong {
        /// Bytes of the text.
        found: usize,
    },
    /// Another format.
    #[error(
        "genesis format {found} is unknown, this software reads format {GENESIS_FORMAT}: install the matching release"
    )]
    Format {
        /// The format named.
        found: u16,
    },
    /// Not the JSON expected.
    #[error(
        "genesis file, line {line}, column {column}: {reason}; mend that place, or get the file again from the bank that gathers the signatures"
    )]
    Json {
        /// What is wrong there.
        reason: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
}

/// Why a genesis file is not signed, or not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// The body is wrong whoever signs it.
    #[error("genesis body: {0}")]
    Body(#[from] BodyError),
    /// Somebody signs who is not in the file.
    #[error("{code} is no bank of this genesis: add it with its keys first, or remove its signature")]
    NoSuchBank {
        /// The code given.
        code: BankCode,
    },
    /// Another key than the one the file names.
    #[error(
        "the key at hand is {found}, but {code} is in the file with consensus key {expected}: open that bank's keystore"
    )]
    OtherKey {
        /// The bank.
        code: BankCode,
        /// Its key in the file.
        expected: PublicKey,
        /// The signer's key.
        found: PublicKey,
    },
    /// Signatures are missing or do not verify.
    #[error("{}", unsigned(missing, bad))]
    Unsigned {
        /// Banks without a signature, in the order of the file.
        missing: Vec<BankCode>,
        /// Banks whose signature is not over this body, in the order of the file.
        bad: Vec<BankCode>,
    },
    /// Two copies are of different networks.
    #[error(
        "the two files have different bodies (chains {ours} and {theirs}): compare them, agree on one, sign that again"
    )]
    OtherBody {
        /// Chain id of this file.
        ours: idx_types::ChainId,
        /// Chain id of the other one.
        theirs: idx_types::ChainId,
    },
}

fn unsigned(missing: &[BankCode], bad: &[BankCode]) -> String {
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("not yet signed by {}: ask them to sign the file", list(missing)));
    }
    if !bad.is_empty() {
        parts.push(format!(
            "the signature of {} is not over this body: the body was changed after signing, sign it again",
            list(bad)
        ));
    }
    parts.join("; ")
}

fn list(codes: &[BankCode]) -> String {
    codes.iter().map(BankCode::as_str).collect::<Vec<_>>().join(", ")
}
