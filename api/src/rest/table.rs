//! The table of routes. A route that is not here is not served, and one that is here is tested for every
//! role.

use super::answers::{self, Done, File};
use super::route::{AnswerDoc, QueryDoc, Route, Shape, Verb, Who};
use super::tokens::Role::{Auditor, BankAdmin, JudgeClerk, Regulator, User};
use super::{
    accounts, auth, chain, compliance, consents, counter, court, factors, history, imports, proving,
    recipients, signing, statements, transfers, travel,
};
use answers::accounts as holdings;
use answers::{
    chain as ledger, compliance as flagged, court as decreed, entry, statements as sealed, transfers as paid,
};

const NONE: &[QueryDoc] = &[];

const fn field(name: &'static str, summary: &'static str) -> QueryDoc {
    QueryDoc { name, summary, schema: "" }
}

const TEXT: &str = r#"{"type":"string"}"#;
const TIME: &str = r#"{"type":"string","format":"date-time",
    "pattern":"^(19[7-9]|[2-9][0-9]{2})[0-9]-.*([Zz]|[+-]00:00)$"}"#;
const WHOLE: &str = r#"{"type":"integer","minimum":0,"maximum":9007199254740991}"#;
const FROM_ONE: &str = r#"{"type":"integer","minimum":1,"maximum":9007199254740991}"#;
const CURRENCY: &str = r#"{"type":"string","enum":["INR","USD","EUR","GBP","SGD"]}"#;

/// A page has at most as many entries as [`ApiLimits`](crate::ApiLimits) says by itself.
const LIMIT: QueryDoc =
    field("limit", "entries of a page").of(r#"{"type":"integer","minimum":1,"maximum":256}"#);
const HISTORY: &[QueryDoc] = &[
    field("status", "only transfers of this status").of(
        r#"{"type":"string","enum":["AWAITING_RECEIVER","PENDING","PUBLIC_CONFIRMED","COMPLETED","FAILED",
            "REJECTED","CANCELLED","EXPIRED","awaiting_receiver","pending","public_confirmed","completed",
            "failed","rejected","cancelled","expired"]}"#,
    ),
    field("direction", "sent or received").of(r#"{"type":"string","enum":["sent","received"]}"#),
    field("since", "made at this time or later, RFC 3339 in UTC").of(TIME),
    field("until", "made before this time, RFC 3339 in UTC").of(TIME),
    field("cursor", "next_cursor of the page before").of(r#"{"type":"string","pattern":"^n[0-9]{1,15}$"}"#),
    LIMIT,
];
const FLAGS: &[QueryDoc] = &[
    field("state", "open or cleared").of(r#"{"type":"string","enum":["open","cleared"]}"#),
    field("cursor", "next_cursor of the page before")
        .of(r#"{"type":"string","pattern":"^[0-9a-fA-F]{32}$"}"#),
    LIMIT,
];
const ALL_BANKS: &[QueryDoc] =
    &[field("all_banks", "true: what he has at his other banks too, where he has allowed it")
        .of(r#"{"type":"string","enum":["true","false"]}"#)];
const PLACES: &[QueryDoc] = &[LIMIT, field("offset", "entries to leave out").of(WHOLE)];
const HEIGHTS: &[QueryDoc] = &[field("before", "only blocks below this height").of(WHOLE), LIMIT];
const RATES: &[QueryDoc] = &[
    field("from_currency", "only rates from this currency").of(CURRENCY),
    field("to_currency", "only rates to this currency").of(CURRENCY),
    field("force_refresh", "for existing clients; nothing is cached").of(TEXT),
];
const SEARCH: &[QueryDoc] = &[field("q", "a height, a hash, an id or a session").of(TEXT)];
const ORDERS: &[QueryDoc] = &[
    field("status", "only orders that stand so")
        .of(r#"{"type":"string","enum":["APPROVED","EXECUTED","EXPIRED","RELEASED","REVOKED"]}"#),
    field("cursor", "next_cursor of the page before").of(r#"{"type":"string","pattern":"^0x[0-9a-f]{64}$"}"#),
    LIMIT,
];
const JUDGES: &[QueryDoc] = &[
    field("cursor", "next_cursor of the page before").of(r#"{"type":"string","pattern":"^[0-9]{1,5}$"}"#),
    LIMIT,
];
const TRAIL: &[QueryDoc] = &[
    field("cursor", "next_cursor of the page before")
        .of(r#"{"type":"string","pattern":"^[0-9]{1,15}-[0-9]{1,9}$"}"#),
    LIMIT,
];
const WALK: &[QueryDoc] = &[
    field("start_id", "the first height, 1 if left out").of(FROM_ONE),
    field("end_id", "the last height").of(FROM_ONE),
];

/// Bytes of a file in a body: a pain.001 of some thousand transfers, a statement of some thousand lines.
const FILE_BYTES_MAX: usize = 4 << 20;
const LONG: Shape = Shape::LongBody(FILE_BYTES_MAX);
const PART: &[QueryDoc] = &[field("part", "the detached signature instead of the document")
    .of(r#"{"type":"string","enum":["signature"]}"#)];

macro_rules! shape {
    () => {
        Shape::Usual
    };
    ($shape:expr) => {
        $shape
    };
}

macro_rules! answer {
    () => {
        None
    };
    ($answer:ty) => {
        Some(AnswerDoc::of::<$answer>())
    };
}

/// Declares the table; a line for each route: who may, the status of success, what it takes, what it answers
/// with, and statuses of refusals that do not follow from the rest.
macro_rules! routes {
    ($($verb:ident $path:literal, $who:expr, $status:literal, [$query:expr, $body:expr $(, $shape:expr)?]
       $(-> $answer:ty $([$($also:literal),*])?)?, $summary:literal, $run:path;)*) => {
        /// Every route below `/api`.
        pub(crate) const ROUTES: &[Route] = &[$(Route {
            verb: Verb::$verb,
            path: $path,
            who: $who,
            status: $status,
            summary: $summary,
            query: $query,
            body: $body,
            shape: shape!($($shape)?),
            answer: answer!($($answer)?),
            also: &[$($($($also),*)?)?],
            run: |call| {
                let outcome = $run(call);
                Box::pin(async { outcome.await.map(Into::into) })
            },
        }),*];
    };
}

const USER: Who = Who::Roles(&[User]);
const ADMIN: Who = Who::Roles(&[BankAdmin]);
/// Who reads court orders; nobody of the bank's counter, no customer.
const READERS: Who = Who::Roles(&[Auditor, JudgeClerk, Regulator]);
const JUDGE_CLERK: Who = Who::Roles(&[JudgeClerk]);
const REGULATOR: Who = Who::Roles(&[Regulator]);

routes! {
    Post "/auth/register", Who::Stranger, 201, [NONE, auth::NewCustomer::DOC] -> entry::Registered [403],
        "Become a customer of this bank.", auth::register;
    Post "/auth/login", Who::Stranger, 200, [NONE, auth::Papers::DOC, Shape::Question]
        -> entry::LoggedIn [401],
        "Log in.", auth::login;
    Post "/auth/refresh", Who::Stranger, 200, [NONE, auth::Prolong::DOC, Shape::Question]
        -> entry::Tokens [401],
        "Stay logged in; the refresh token is good once.", auth::refresh;
    Post "/auth/challenge", Who::Stranger, 200, [NONE, &[], Shape::Question] -> entry::Challenge,
        "Get what a key of one's own signs to log in, once.", proving::challenge;
    Post "/auth/logout", Who::Anyone, 200, [NONE, &[]] -> Done,
        "Log out: this login's tokens are good no more.", auth::logout;

    Post "/auth/totp/enroll", USER, 200, [NONE, factors::Enrolment::DOC] -> entry::Factor,
        "Have a second factor: first its secret, then, with a code, its beginning.", factors::enroll;
    Post "/auth/totp/remove", USER, 200, [NONE, factors::Farewell::DOC] -> entry::Factor,
        "Have no second factor any more.", factors::remove;

    Get "/accounts/info", USER, 200, [NONE, &[]] -> holdings::Info, "Who is logged in.", accounts::info;
    Get "/accounts/balance", USER, 200, [ALL_BANKS, &[]] -> holdings::Balance,
        "What he has, in all and by account.", accounts::balance;
    Post "/consents", USER, 201, [NONE, consents::NewConsent::DOC] -> answers::consents::Given,
        "Let another bank be told what he has here.", consents::give;
    Get "/consents", USER, 200, [NONE, &[]] -> answers::consents::ConsentList,
        "Which banks may be told.", consents::list;
    Delete "/consents/{id}", USER, 200, [NONE, &[]] -> Done,
        "Let a bank be told no more, from now on.", consents::withdraw;

    Get "/bank-accounts", USER, 200, [NONE, &[]] -> holdings::AccountList, "His accounts.", accounts::list;
    Get "/bank-accounts/summary", USER, 200, [NONE, &[]] -> holdings::Summary,
        "His accounts, in short.", accounts::summary;
    Post "/bank-accounts/create", USER, 201, [NONE, accounts::NewAccount::DOC] -> holdings::Opened,
        "Open an account.", accounts::create;
    Get "/bank-accounts/{id}", USER, 200, [NONE, &[]] -> holdings::OneAccount,
        "One of his accounts, by id, or the first by the bank's name.", accounts::one;
    Get "/bank-accounts/{id}/proof", USER, 200, [NONE, &[]] -> answers::proofs::Proof [409],
        "What proves to anybody what one of his accounts holds.", accounts::proof;
    Post "/bank-accounts/{id}/session", USER, 201, [NONE, signing::NewSession::DOC] -> holdings::SessionOpened,
        "Open today's session of an account ahead of its first payment.", signing::session;
    Post "/bank-accounts/{id}/deposit", ADMIN, 200, [NONE, counter::Cash::DOC] -> holdings::AtTheCounter,
        "Pay cash into an account.", counter::deposit;
    Post "/bank-accounts/{id}/withdraw", ADMIN, 200, [NONE, counter::Cash::DOC] -> holdings::AtTheCounter,
        "Pay cash out of an account.", counter::withdraw;
    Post "/bank-accounts/{id}/freeze", ADMIN, 200, [NONE, counter::Stop::DOC] -> holdings::AtTheCounter,
        "Let an account stand still.", counter::freeze;
    Post "/bank-accounts/{id}/unfreeze", ADMIN, 200, [NONE, &[]] -> holdings::AtTheCounter,
        "Let it move again.", counter::unfreeze;

    Get "/compliance/flags", ADMIN, 200, [FLAGS, &[]] -> flagged::FlagPage,
        "What the bank's risk rules found remarkable.", compliance::flags;
    Post "/compliance/flags/{id}/clear", ADMIN, 200, [NONE, compliance::Finding::DOC] -> flagged::FlagCleared,
        "Say what was found; a flag stops nothing before or after.", compliance::clear;

    Post "/transactions/send", USER, 201, [NONE, transfers::Payment::DOC] -> paid::Sent,
        "Pay.", transfers::send;
    Get "/transactions/pending-for-me", USER, 200, [NONE, &[]] -> paid::Waiting,
        "What waits for his choice.", transfers::pending;
    Get "/transactions", USER, 200, [HISTORY, &[]] -> paid::TransferPage,
        "His transfers, newest first.", history::list;
    Get "/transactions/history/{idx}", USER, 200, [PLACES, &[]] -> paid::TransferPlaces,
        "The same by place, for existing clients.", history::of_idx;
    Get "/transactions/{hash}", USER, 200, [NONE, &[]] -> paid::OneTransfer,
        "One of his transfers.", transfers::one;
    Post "/transactions/{hash}/confirm", USER, 200, [NONE, transfers::Choice::DOC] -> paid::Chosen,
        "Receive a transfer into an account.", transfers::confirm;
    Post "/transactions/{hash}/reject", USER, 200, [NONE, &[]] -> paid::Chosen,
        "Say no to a transfer.", transfers::reject;
    Post "/transactions/{hash}/cancel", USER, 200, [NONE, transfers::Withdrawal::DOC] -> paid::Chosen,
        "Take a transfer back that nobody has accepted.", transfers::cancel;
    Post "/transactions/send-signed", USER, 201, [NONE, signing::SignedPayment::DOC] -> paid::Sent,
        "Pay by an intent that the customer has signed.", signing::send;

    Post "/recipients/add", USER, 201, [NONE, recipients::NewRecipient::DOC] -> paid::NewRecipient,
        "Keep somebody as a contact.", recipients::add;
    Get "/recipients", USER, 200, [NONE, &[]] -> paid::RecipientList, "Whom he pays.", recipients::list;
    Get "/recipients/{nickname}", USER, 200, [NONE, &[]] -> paid::OneRecipient,
        "One of them.", recipients::one;
    Put "/recipients/{nickname}", USER, 200, [NONE, recipients::NewName::DOC] -> paid::NewRecipient,
        "Call him something else.", recipients::rename;
    Put "/recipients/{nickname}/nickname", USER, 200, [NONE, recipients::NewName::DOC] -> paid::NewRecipient,
        "The same, for existing clients.", recipients::rename;
    Delete "/recipients/{nickname}", USER, 200, [NONE, &[]] -> Done, "Forget him.", recipients::remove;

    Post "/statements/generate", USER, 201, [NONE, statements::NewStatement::DOC]
        -> sealed::Statement [409, 410],
        "Make a statement of one of his accounts, signed by the bank.", statements::generate;
    Get "/statements/{id}", USER, 200, [NONE, &[]] -> sealed::Statement [409, 410],
        "What a statement is of.", statements::one;
    Get "/statements/{id}/download", USER, 200, [PART, &[], Shape::File] -> File [409, 410],
        "The document, or its signature.", statements::download;
    Get "/statements/download/{id}", USER, 200, [PART, &[], Shape::File] -> File [409, 410],
        "The same, for existing clients.", statements::download;
    Post "/statements/verify", Who::Public, 200, [NONE, statements::Shown::DOC, LONG]
        -> sealed::Verified [410],
        "Whether a bank of this network signed a document.", statements::verify;
    Post "/statements/cleanup", Who::Public, 200, [NONE, &[]] -> sealed::CleanedUp,
        "For existing clients: nothing is kept that could be cleaned up.", statements::cleanup;
    Post "/transactions/import", USER, 200, [NONE, imports::PaymentFile::DOC, LONG] -> paid::Imported,
        "Pay by an ISO 20022 pain.001 file.", imports::import;
    Get "/travel/foreign-banks", USER, 200, [NONE, &[]] -> answers::travel::ForeignBankList,
        "With whom rupees can be changed.", travel::foreign_banks;
    Get "/travel/forex-rates", USER, 200, [RATES, &[]] -> answers::travel::ForexRateList,
        "What foreign money costs.", travel::forex_rates;
    Post "/travel/create", USER, 201, [NONE, travel::Departure::DOC] -> answers::travel::Departed,
        "Change rupees into a travel account.", travel::create;
    Get "/travel/accounts", USER, 200, [NONE, &[]] -> answers::travel::TravelAccountList,
        "His travel accounts.", travel::list;
    Get "/travel/accounts/{id}", USER, 200, [NONE, &[]] -> answers::travel::OneTravelAccount,
        "One of them.", travel::one;
    Post "/travel/accounts/{id}/close", USER, 200, [NONE, travel::Return::DOC] -> answers::travel::Returned,
        "Change back what is left, and close it.", travel::close;
    Post "/travel/sign", USER, 200, [NONE, signing::SignedJourney::DOC] -> answers::travel::JourneySigned,
        "Sign the opening or closing of a travel account.", signing::travel;

    Get "/court-orders/judges", READERS, 200, [JUDGES, &[]] -> decreed::JudgePage,
        "Judges whom the banks have authorised, or had.", court::judges::list;
    Post "/court-orders/judges", REGULATOR, 201, [NONE, court::judges::NewJudge::DOC] -> decreed::Proposed [409],
        "Hand in a bank's signed proposal of a judge.", court::judges::propose;
    Post "/court-orders/submit", JUDGE_CLERK, 201, [NONE, court::orders::SignedOrder::DOC] -> decreed::OrderSubmitted [409],
        "Hand in an order that a judge signed.", court::orders::submit;
    Get "/court-orders", READERS, 200, [ORDERS, &[]] -> decreed::OrderPage [410],
        "Orders that the ledger keeps, oldest first.", court::orders::list;
    Get "/court-orders/audit-trail", READERS, 200, [TRAIL, &[]] -> decreed::TrailPage [410],
        "Every step of these orders.", court::trail::list;
    Get "/court-orders/audit-trail/verify", READERS, 200, [WALK, &[]] -> decreed::TrailVerified [410],
        "Whether the chain bears the trail out between two heights.", court::trail::verify;
    Get "/court-orders/{id}", READERS, 200, [NONE, &[]] -> decreed::OneOrder,
        "An order, and what it still awaits.", court::orders::one;
    Post "/court-orders/{id}/execute", JUDGE_CLERK, 200, [NONE, court::execute::Execution::DOC, Shape::Question]
        -> decreed::Executed [409, 410],
        "What an order's judge can open, sealed to the judge.", court::execute::execute;

    Get "/blocks", Who::Public, 200, [HEIGHTS, &[]] -> ledger::BlockPage,
        "Final blocks, newest first.", chain::blocks;
    Get "/blocks/{height}", Who::Public, 200, [NONE, &[]] -> ledger::OneBlock, "A final block.", chain::block;
    Get "/blocks/{height}/votes", Who::Public, 200, [NONE, &[]] -> ledger::Votes [410],
        "What each bank said of each transaction in it.", chain::votes;
    Get "/banks", Who::Public, 200, [NONE, &[]] -> ledger::BankList [410], "All banks.", chain::banks;
    Get "/stats", Who::Public, 200, [NONE, &[]] -> ledger::Stats [410],
        "How the network is doing.", chain::stats;
    Get "/search", Who::Public, 200, [SEARCH, &[]] -> ledger::Hits [410],
        "Whatever has this name.", chain::search;
}
