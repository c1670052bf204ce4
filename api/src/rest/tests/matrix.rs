//! Every role on every route. A route that is added without a line here fails the test.

use super::*;
use crate::rest::openapi;
use crate::rest::route::{Route, Who};
use crate::rest::table::ROUTES;
use idx_bank::vault::Office;
use std::collections::BTreeSet;

/// Who may come in.
#[derive(Clone, Copy, PartialEq, Debug)]
enum May {
    /// Everybody.
    All,
    /// Whoever is logged in.
    LoggedIn,
    /// Customers.
    Customers,
    /// The bank's people.
    Clerks,
    /// Auditors, judges' clerks, regulators.
    Readers,
    /// Judges' clerks.
    JudgeClerks,
    /// Regulators.
    Regulators,
}

/// Everybody who can be logged in.
const ROLES: [&str; 5] = ["user", "bank_admin", "auditor", "judge_clerk", "regulator"];

impl May {
    /// The roles that he who is logged in may have.
    fn roles(self) -> &'static [&'static str] {
        match self {
            Self::All | Self::LoggedIn => &ROLES,
            Self::Customers => &["user"],
            Self::Clerks => &["bank_admin"],
            Self::Readers => &["auditor", "judge_clerk", "regulator"],
            Self::JudgeClerks => &["judge_clerk"],
            Self::Regulators => &["regulator"],
        }
    }
}

/// By hand, and not from the table of routes: this is what it is held against.
const MATRIX: &[(&str, May)] = &[
    ("POST /auth/register", May::All),
    ("POST /auth/login", May::All),
    ("POST /auth/refresh", May::All),
    ("POST /auth/challenge", May::All),
    ("POST /auth/logout", May::LoggedIn),
    ("POST /auth/totp/enroll", May::Customers),
    ("POST /auth/totp/remove", May::Customers),
    ("GET /accounts/info", May::Customers),
    ("GET /accounts/balance", May::Customers),
    ("POST /consents", May::Customers),
    ("GET /consents", May::Customers),
    ("DELETE /consents/{id}", May::Customers),
    ("GET /bank-accounts", May::Customers),
    ("GET /bank-accounts/summary", May::Customers),
    ("POST /bank-accounts/create", May::Customers),
    ("GET /bank-accounts/{id}", May::Customers),
    ("GET /bank-accounts/{id}/proof", May::Customers),
    ("POST /bank-accounts/{id}/session", May::Customers),
    ("POST /bank-accounts/{id}/deposit", May::Clerks),
    ("POST /bank-accounts/{id}/withdraw", May::Clerks),
    ("POST /bank-accounts/{id}/freeze", May::Clerks),
    ("POST /bank-accounts/{id}/unfreeze", May::Clerks),
    ("GET /compliance/flags", May::Clerks),
    ("POST /compliance/flags/{id}/clear", May::Clerks),
    ("POST /transactions/send", May::Customers),
    ("GET /transactions/pending-for-me", May::Customers),
    ("GET /transactions", May::Customers),
    ("GET /transactions/history/{idx}", May::Customers),
    ("GET /transactions/{hash}", May::Customers),
    ("POST /transactions/{hash}/confirm", May::Customers),
    ("POST /transactions/{hash}/reject", May::Customers),
    ("POST /transactions/{hash}/cancel", May::Customers),
    ("POST /transactions/send-signed", May::Customers),
    ("POST /recipients/add", May::Customers),
    ("GET /recipients", May::Customers),
    ("GET /recipients/{nickname}", May::Customers),
    ("PUT /recipients/{nickname}", May::Customers),
    ("PUT /recipients/{nickname}/nickname", May::Customers),
    ("DELETE /recipients/{nickname}", May::Customers),
    ("POST /statements/generate", May::Customers),
    ("GET /statements/{id}", May::Customers),
    ("GET /statements/{id}/download", May::Customers),
    ("GET /statements/download/{id}", May::Customers),
    ("POST /statements/verify", May::All),
    ("POST /statements/cleanup", May::All),
    ("POST /transactions/import", May::Customers),
    ("GET /travel/foreign-banks", May::Customers),
    ("GET /travel/forex-rates", May::Customers),
    ("POST /travel/create", May::Customers),
    ("GET /travel/accounts", May::Customers),
    ("GET /travel/accounts/{id}", May::Customers),
    ("POST /travel/accounts/{id}/close", May::Customers),
    ("POST /travel/sign", May::Customers),
    ("GET /court-orders/judges", May::Readers),
    ("POST /court-orders/judges", May::Regulators),
    ("POST /court-orders/submit", May::JudgeClerks),
    ("GET /court-orders", May::Readers),
    ("GET /court-orders/audit-trail", May::Readers),
    ("GET /court-orders/audit-trail/verify", May::Readers),
    ("GET /court-orders/{id}", May::Readers),
    ("POST /court-orders/{id}/execute", May::JudgeClerks),
    ("GET /blocks", May::All),
    ("GET /blocks/{height}", May::All),
    ("GET /blocks/{height}/votes", May::All),
    ("GET /banks", May::All),
    ("GET /stats", May::All),
    ("GET /search", May::All),
];

fn name(route: &Route) -> String {
    format!("{} {}", route.verb.name().to_uppercase(), route.path)
}

#[test]
fn every_route_is_decided_about() {
    let served: BTreeSet<String> = ROUTES.iter().map(name).collect();
    let decided: BTreeSet<String> = MATRIX.iter().map(|(route, _)| (*route).to_owned()).collect();
    assert_eq!(served, decided);
    let page = include_str!("../../../../docs/api.md");
    for route in ROUTES {
        let shown = format!("`{} /api{}`", route.verb.name().to_uppercase(), route.path);
        assert!(page.contains(&shown), "docs/api.md does not list {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_on_every_route() {
    let (bench, [asha, _]) = Bench::people().await;
    let admin = bench.admin().await;
    let [auditor, clerk, regulator] = [
        bench.officer(Office::Auditor).await,
        bench.officer(Office::JudgeClerk).await,
        bench.officer(Office::Regulator).await,
    ];
    let tokens = [asha.token.as_str(), &admin, &auditor, &clerk, &regulator];
    for (route, may) in MATRIX {
        let (verb, path) = route.split_once(' ').unwrap();
        let path = format!("/api{}", path.replace(['{', '}'], ""));
        let forged = format!("{}x", asha.token);
        let denied = |allowed: bool, status: u16| if allowed { None } else { Some(status) };
        let all = *may == May::All;
        let strangers = [("nobody", "", denied(all, 401)), ("forger", forged.as_str(), denied(all, 401))];
        let known = ROLES
            .iter()
            .zip(tokens)
            .map(|(role, token)| (*role, token, denied(may.roles().contains(role), 403)));
        for (role, token, expected) in strangers.into_iter().chain(known) {
            // Logging out would end the tokens of the lines below.
            if route.ends_with("/logout") && expected.is_none() {
                continue;
            }
            let reply = bench.ask(verb, &path, token, "", "").await;
            match expected {
                Some(status) => {
                    assert_eq!(reply.status, status, "{role} on {route}: {}", reply.body);
                    assert_eq!(reply.json()["success"], false, "{role} on {route}");
                }
                None => assert!(![401, 403].contains(&reply.status), "{role} on {route}: {}", reply.body),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_tells_of_every_route() {
    let bench = Bench::new().await;
    let document = bench.get("/docs/openapi.json", "").await.json();
    assert_eq!(document, *openapi::whole());
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for route in ROUTES {
        let operation = &document["paths"][format!("/api{}", route.path)][route.verb.name()];
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{}", name(route));
        let is_open = matches!(route.who, Who::Public | Who::Stranger);
        assert_eq!(operation.get("security").is_none(), is_open, "{}", name(route));
    }
    let page = bench.get("/docs", "").await;
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-security-policy: default-src 'none'"));
    assert!(!page.body.contains("http://") && !page.body.contains("https://"), "no outside hosts");
}
