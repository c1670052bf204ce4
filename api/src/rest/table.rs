//! The table of routes. A route that is not here is not served, and one that is here is tested for every
//! role.

use super::route::{QueryDoc, Route, Shape, Verb, Who};
use super::tokens::Role::{BankAdmin, User};
use super::{
    accounts, auth, chain, compliance, consents, counter, factors, history, imports, recipients, statements,
    transfers, travel,
};

const NONE: &[QueryDoc] = &[];

const fn field(name: &'static str, summary: &'static str) -> QueryDoc {
    QueryDoc { name, summary }
}

const LIMIT: QueryDoc = field("limit", "entries of a page");
const HISTORY: &[QueryDoc] = &[
    field("status", "only transfers of this status"),
    field("direction", "sent or received"),
    field("since", "made at this time or later, RFC 3339"),
    field("until", "made before this time, RFC 3339"),
    field("cursor", "next_cursor of the page before"),
    LIMIT,
];
const FLAGS: &[QueryDoc] =
    &[field("state", "open or cleared"), field("cursor", "next_cursor of the page before"), LIMIT];
const ALL_BANKS: &[QueryDoc] =
    &[field("all_banks", "true: what he has at his other banks too, where he has allowed it")];
const PLACES: &[QueryDoc] = &[LIMIT, field("offset", "entries to leave out")];
const HEIGHTS: &[QueryDoc] = &[field("before", "only blocks below this height"), LIMIT];
const RATES: &[QueryDoc] = &[
    field("from_currency", "only rates from this currency, such as INR"),
    field("to_currency", "only rates to this currency, such as USD"),
    field("force_refresh", "for existing clients; nothing is cached"),
];
const SEARCH: &[QueryDoc] = &[field("q", "a height, a hash, an id or a session")];

/// Bytes of a file in a body: a pain.001 of some thousand transfers, a statement of some thousand lines.
const FILE_BYTES_MAX: usize = 4 << 20;
const LONG: Shape = Shape::LongBody(FILE_BYTES_MAX);
const PART: &[QueryDoc] = &[field("part", "signature: the detached signature instead of the document")];

macro_rules! shape {
    () => {
        Shape::Usual
    };
    ($shape:expr) => {
        $shape
    };
}

/// Declares the table; a line for each route.
macro_rules! routes {
    ($($verb:ident $path:literal, $who:expr, $status:literal, [$query:expr, $body:expr $(, $shape:expr)?],
       $summary:literal, $run:path;)*) => {
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
            run: |call| {
                let outcome = $run(call);
                Box::pin(async { outcome.await.map(Into::into) })
            },
        }),*];
    };
}

const USER: Who = Who::Only(User);
const ADMIN: Who = Who::Only(BankAdmin);

routes! {
    Post "/auth/register", Who::Stranger, 201, [NONE, auth::NewCustomer::DOC],
        "Become a customer of this bank.", auth::register;
    Post "/auth/login", Who::Stranger, 200, [NONE, auth::Papers::DOC],
        "Log in.", auth::login;
    Post "/auth/refresh", Who::Stranger, 200, [NONE, auth::Prolong::DOC],
        "Stay logged in; the refresh token is good once.", auth::refresh;
    Post "/auth/logout", Who::Anyone, 200, [NONE, &[]],
        "Log out: this login's tokens are good no more.", auth::logout;

    Post "/auth/totp/enroll", USER, 200, [NONE, factors::Enrolment::DOC],
        "Have a second factor: first its secret, then, with a code, its beginning.", factors::enroll;
    Post "/auth/totp/remove", USER, 200, [NONE, factors::Farewell::DOC],
        "Have no second factor any more.", factors::remove;

    Get "/accounts/info", USER, 200, [NONE, &[]], "Who is logged in.", accounts::info;
    Get "/accounts/balance", USER, 200, [ALL_BANKS, &[]],
        "What he has, in all and by account.", accounts::balance;
    Post "/consents", USER, 201, [NONE, consents::NewConsent::DOC],
        "Let another bank be told what he has here.", consents::give;
    Get "/consents", USER, 200, [NONE, &[]], "Which banks may be told.", consents::list;
    Delete "/consents/{id}", USER, 200, [NONE, &[]],
        "Let a bank be told no more, from now on.", consents::withdraw;

    Get "/bank-accounts", USER, 200, [NONE, &[]], "His accounts.", accounts::list;
    Get "/bank-accounts/summary", USER, 200, [NONE, &[]], "His accounts, in short.", accounts::summary;
    Post "/bank-accounts/create", USER, 201, [NONE, accounts::NewAccount::DOC],
        "Open an account.", accounts::create;
    Get "/bank-accounts/{id}", USER, 200, [NONE, &[]],
        "One of his accounts, by id, or the first by the bank's name.", accounts::one;
    Get "/bank-accounts/{id}/proof", USER, 200, [NONE, &[]],
        "What proves to anybody what one of his accounts holds.", accounts::proof;
    Post "/bank-accounts/{id}/deposit", ADMIN, 200, [NONE, counter::Cash::DOC],
        "Pay cash into an account.", counter::deposit;
    Post "/bank-accounts/{id}/withdraw", ADMIN, 200, [NONE, counter::Cash::DOC],
        "Pay cash out of an account.", counter::withdraw;
    Post "/bank-accounts/{id}/freeze", ADMIN, 200, [NONE, counter::Stop::DOC],
        "Let an account stand still.", counter::freeze;
    Post "/bank-accounts/{id}/unfreeze", ADMIN, 200, [NONE, &[]],
        "Let it move again.", counter::unfreeze;

    Get "/compliance/flags", ADMIN, 200, [FLAGS, &[]],
        "What the bank's risk rules found remarkable.", compliance::flags;
    Post "/compliance/flags/{id}/clear", ADMIN, 200, [NONE, compliance::Finding::DOC],
        "Say what was found; a flag stops nothing before or after.", compliance::clear;

    Post "/transactions/send", USER, 201, [NONE, transfers::Payment::DOC], "Pay.", transfers::send;
    Get "/transactions/pending-for-me", USER, 200, [NONE, &[]],
        "What waits for his choice.", transfers::pending;
    Get "/transactions", USER, 200, [HISTORY, &[]], "His transfers, newest first.", history::list;
    Get "/transactions/history/{idx}", USER, 200, [PLACES, &[]],
        "The same by place, for existing clients.", history::of_idx;
    Get "/transactions/{hash}", USER, 200, [NONE, &[]], "One of his transfers.", transfers::one;
    Post "/transactions/{hash}/confirm", USER, 200, [NONE, transfers::Choice::DOC],
        "Receive a transfer into an account.", transfers::confirm;
    Post "/transactions/{hash}/reject", USER, 200, [NONE, &[]],
        "Say no to a transfer.", transfers::reject;
    Post "/transactions/{hash}/cancel", USER, 200, [NONE, &[]],
        "Take a transfer back that nobody has accepted.", transfers::cancel;

    Post "/recipients/add", USER, 201, [NONE, recipients::NewRecipient::DOC],
        "Keep somebody as a contact.", recipients::add;
    Get "/recipients", USER, 200, [NONE, &[]], "Whom he pays.", recipients::list;
    Get "/recipients/{nickname}", USER, 200, [NONE, &[]], "One of them.", recipients::one;
    Put "/recipients/{nickname}", USER, 200, [NONE, recipients::NewName::DOC],
        "Call him something else.", recipients::rename;
    Put "/recipients/{nickname}/nickname", USER, 200, [NONE, recipients::NewName::DOC],
        "The same, for existing clients.", recipients::rename;
    Delete "/recipients/{nickname}", USER, 200, [NONE, &[]], "Forget him.", recipients::remove;

    Post "/statements/generate", USER, 201, [NONE, statements::NewStatement::DOC],
        "Make a statement of one of his accounts, signed by the bank.", statements::generate;
    Get "/statements/{id}", USER, 200, [NONE, &[]], "What a statement is of.", statements::one;
    Get "/statements/{id}/download", USER, 200, [PART, &[], Shape::File],
        "The document, or its signature.", statements::download;
    Get "/statements/download/{id}", USER, 200, [PART, &[], Shape::File],
        "The same, for existing clients.", statements::download;
    Post "/statements/verify", Who::Public, 200, [NONE, statements::Shown::DOC, LONG],
        "Whether a bank of this network signed a document.", statements::verify;
    Post "/statements/cleanup", Who::Public, 200, [NONE, &[]],
        "For existing clients: nothing is kept that could be cleaned up.", statements::cleanup;
    Post "/transactions/import", USER, 200, [NONE, imports::PaymentFile::DOC, LONG],
        "Pay by an ISO 20022 pain.001 file.", imports::import;
    Get "/travel/foreign-banks", USER, 200, [NONE, &[]],
        "With whom rupees can be changed.", travel::foreign_banks;
    Get "/travel/forex-rates", USER, 200, [RATES, &[]],
        "What foreign money costs.", travel::forex_rates;
    Post "/travel/create", USER, 201, [NONE, travel::Departure::DOC],
        "Change rupees into a travel account.", travel::create;
    Get "/travel/accounts", USER, 200, [NONE, &[]], "His travel accounts.", travel::list;
    Get "/travel/accounts/{id}", USER, 200, [NONE, &[]], "One of them.", travel::one;
    Post "/travel/accounts/{id}/close", USER, 200, [NONE, travel::Return::DOC],
        "Change back what is left, and close it.", travel::close;

    Get "/blocks", Who::Public, 200, [HEIGHTS, &[]], "Final blocks, newest first.", chain::blocks;
    Get "/blocks/{height}", Who::Public, 200, [NONE, &[]], "A final block.", chain::block;
    Get "/blocks/{height}/votes", Who::Public, 200, [NONE, &[]],
        "What each bank said of each transaction in it.", chain::votes;
    Get "/banks", Who::Public, 200, [NONE, &[]], "All banks.", chain::banks;
    Get "/stats", Who::Public, 200, [NONE, &[]], "How the network is doing.", chain::stats;
    Get "/search", Who::Public, 200, [SEARCH, &[]], "Whatever has this name.", chain::search;
}
