//! Persons with papers, and everything by which one of them could be found somewhere.

use super::net::{Net, until};
use idx_client::encoding::Hex;
use idx_client::views::{CustomerTransferView, OpeningView, StandingView};
use idx_node::admin::{Admin, AdminError};
use idx_types::{AccountHandle, Idx, TxId};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Somebody with accounts.
pub struct Person {
    papers: [&'static str; 3],
    /// At every bank.
    pub idx: Idx,
    /// One at each of his banks, in their order.
    pub accounts: Vec<Kept>,
}

/// An account.
pub struct Kept {
    /// The bank that keeps it.
    pub bank: &'static str,
    /// Its number there.
    pub number: &'static str,
    /// Its name on the ledger.
    pub handle: AccountHandle,
}

/// What the operator of a bank's node asks.
pub async fn ask<R: DeserializeOwned>(
    net: &Net,
    bank: &str,
    method: &str,
    params: Value,
) -> Result<R, AdminError> {
    Admin::of(&net.place(bank).home).call(method, params).await
}

/// Hands in what names a transfer or a transaction.
pub async fn done(net: &Net, bank: &str, method: &str, params: Value) -> TxId {
    let id: Hex<TxId> =
        ask(net, bank, method, params).await.unwrap_or_else(|error| panic!("{method}: {error}"));
    id.0
}

impl Person {
    /// A customer of these banks with an account of this number and 1,00,000.00 at each.
    pub async fn joins(
        net: &Net,
        papers: [&'static str; 3],
        numbers: &[(&'static str, &'static str)],
    ) -> Self {
        let [pan, rbi, name] = papers;
        let mut idx = None;
        let mut accounts = Vec::new();
        for (bank, number) in numbers {
            let form = json!({"panCard": pan, "rbiNumber": rbi, "fullName": name});
            let own: Idx = ask(net, bank, "admin_registerCustomer", form).await.expect("he is taken");
            assert_eq!(*idx.get_or_insert(own), own, "one person is one IDX everywhere");
            let new = json!({"idx": own, "number": number});
            let opening: OpeningView = ask(net, bank, "admin_openAccount", new).await.expect("it opens");
            accounts.push(Kept { bank, number, handle: opening.handle.0 });
        }
        let person = Self { papers, idx: idx.expect("he has a bank"), accounts };
        for account in &person.accounts {
            person.is_funded(net, account).await;
        }
        person
    }

    async fn is_funded(&self, net: &Net, account: &Kept) {
        let cash = json!({"number": account.number, "amount": "100000.00"});
        let paid = || ask::<Hex<TxId>>(net, account.bank, "admin_deposit", cash.clone());
        until("the account is open", || async { paid().await.is_ok() }).await;
        let rich = || async { self.standing(net, account.bank).await.is_some_and(|own| own.balance.0 > 0) };
        until("the cash is on the account", rich).await;
    }

    /// His account at a bank, as it stands.
    pub async fn standing(&self, net: &Net, bank: &str) -> Option<StandingView> {
        let all: Vec<StandingView> =
            ask(net, bank, "admin_accounts", json!({"idx": self.idx})).await.expect("the bank answers");
        all.into_iter().next()
    }

    /// The number of his account at a bank.
    pub fn number_at(&self, bank: &str) -> &'static str {
        self.accounts.iter().find(|account| account.bank == bank).expect("he is a customer there").number
    }

    /// What a bank shows of one transfer to or from him; nothing if it knows none.
    pub async fn transfer(&self, net: &Net, bank: &str, id: TxId) -> Option<CustomerTransferView> {
        let all: Vec<CustomerTransferView> =
            ask(net, bank, "admin_transfers", json!({"idx": self.idx})).await.expect("the bank answers");
        all.into_iter().find(|transfer| transfer.id.0 == id)
    }

    /// Waits until a bank shows a transfer in this status to him; none: until it shows none.
    pub async fn sees(&self, net: &Net, bank: &str, id: TxId, status: Option<&str>) {
        until(&format!("{bank} shows {status:?}"), || async {
            self.transfer(net, bank, id).await.map(|transfer| transfer.status).as_deref() == status
        })
        .await;
    }

    /// Pays, from his first account.
    pub async fn pays(&self, net: &Net, to: &Self, amount: &str) -> TxId {
        let Kept { bank, number, .. } = &self.accounts[0];
        let ask = json!({"idx": self.idx, "number": number, "amount": amount, "to": to.idx});
        done(net, bank, "admin_send", ask).await
    }

    /// Takes a transfer that waits for him into his account at a bank.
    pub async fn takes(&self, net: &Net, bank: &str, id: TxId) {
        self.sees(net, bank, id, Some("AWAITING_RECEIVER")).await;
        let choice = json!({"idx": self.idx, "id": Hex(id), "number": self.number_at(bank)});
        done(net, bank, "admin_accept", choice).await;
    }

    /// Who he is, in every form in which a program might have written it down: as text, as bytes, in hex.
    pub fn traces(&self) -> Vec<Vec<u8>> {
        let numbers = self.accounts.iter().map(|account| account.number);
        let mut texts: Vec<String> = self.papers.into_iter().chain(numbers).map(str::to_owned).collect();
        texts.extend(self.papers.map(str::to_lowercase));
        let mut traces: Vec<Vec<u8>> = texts.iter().map(|text| text.clone().into_bytes()).collect();
        traces.extend(texts.iter().map(|text| hex::encode(text).into_bytes()));
        traces.extend(forms(&self.idx.0));
        traces
    }

    /// By which banks know his accounts on the ledger.
    pub fn handles(&self) -> Vec<Vec<u8>> {
        self.accounts.iter().flat_map(|account| forms(&account.handle.0)).collect()
    }
}

/// Bytes, and both ways of writing them in hex.
pub fn forms(bytes: &[u8]) -> [Vec<u8>; 3] {
    [bytes.to_vec(), hex::encode(bytes).into_bytes(), hex::encode_upper(bytes).into_bytes()]
}
