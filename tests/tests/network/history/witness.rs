//! A client of one node that writes every answer down.

use super::{Answer, History, Record, Sending, SessionPage, Settlement, Standing};
use crate::ledger::Customer;
use crate::net::Net;
use idx_client::encoding::BlockTag;
use idx_client::views::{Cursor, ReceiptView, TxStatus};
use idx_client::{ClientError, IdxClient};
use idx_node::testnet::BANKS;
use idx_types::{ChainId, Height, Outcome, Paise, PrivateHash, SessionId, Transaction, TxHash, TxId};
use std::time::Duration;

/// See the module. Each question comes back as `None` if the node did not answer.
#[derive(Clone)]
pub struct Witness<'a> {
    history: &'a History,
    bank: usize,
    client: IdxClient,
}

impl<'a> Witness<'a> {
    /// A client of the node of a bank, by its place in [`BANKS`].
    pub fn of(history: &'a History, net: &Net, bank: usize) -> Self {
        Self { history, bank, client: net.client(BANKS[bank]) }
    }

    /// The client without the witness, for questions of which no rule speaks.
    pub const fn client(&self) -> &IdxClient {
        &self.client
    }

    async fn ask<T>(
        &self,
        question: impl Future<Output = Result<T, ClientError>>,
        answer: impl FnOnce(&T) -> Answer,
    ) -> Option<T> {
        let (life, began) = (self.history.life(self.bank), self.history.now());
        let said = question.await.ok()?;
        self.write(life, began, answer(&said));
        Some(said)
    }

    fn write(&self, life: u32, began: Duration, answer: Answer) {
        let ended = self.history.now();
        self.history.add(Record { bank: self.bank, life, began, ended, answer });
    }

    /// Hands a transaction in.
    pub async fn send(&self, transaction: &Transaction) -> Sending {
        self.history.handed_in(transaction);
        let (life, began) = (self.history.life(self.bank), self.history.now());
        let sending = match self.client.send_raw_transaction(transaction).await {
            Ok(_) => Sending::Taken,
            Err(error) => error.reason().map_or(Sending::Unheard, Sending::Refused),
        };
        self.write(life, began, Answer::Sent(transaction.id(), sending));
        sending
    }

    /// Waits until a transaction is final, at most so long.
    pub async fn wait(&self, id: TxId, timeout: Duration) -> Option<Standing> {
        let question = self.client.wait_for_transaction(id, timeout);
        let said = self.ask(question, |said| Answer::Receipt(id, standing(said.as_ref()))).await?;
        Some(standing(said.as_ref()))
    }

    /// Where a transaction stands.
    pub async fn receipt(&self, id: TxId) -> Option<Standing> {
        let question = self.client.receipt(id);
        let said = self.ask(question, |said| Answer::Receipt(id, standing(said.as_ref()))).await?;
        Some(standing(said.as_ref()))
    }

    /// What a transaction says.
    pub async fn transaction(&self, id: TxId) -> Option<Option<TxHash>> {
        let hash = |said: &Option<idx_client::views::TransactionView>| said.as_ref().map(|said| said.hash.0);
        let said = self.ask(self.client.transaction(id), |said| Answer::Transaction(id, hash(said))).await?;
        Some(hash(&said))
    }

    /// What a customer's account holds, when he asks himself.
    pub async fn account(&self, chain_id: ChainId, customer: &Customer) -> Option<Paise> {
        let height = self.client.block_number().await.ok()?;
        let reading = customer.reading(chain_id, height);
        let answer = |said: &idx_client::views::AccountView| {
            Answer::Account(customer.handle, Some((said.as_of.0, said.balance)))
        };
        let said = self.ask(self.client.account(&reading), answer).await?;
        Some(said.balance)
    }

    /// How high the chain is.
    pub async fn head(&self) -> Option<u64> {
        let said = self.ask(self.client.block_number(), |said| Answer::Head(said.0)).await?;
        Some(said.0)
    }

    /// The block of a height.
    pub async fn block(&self, height: u64) -> Option<Option<PrivateHash>> {
        let hash =
            |said: &Option<idx_client::views::BlockView>| said.as_ref().map(|said| said.private_hash.0);
        let question = self.client.block(BlockTag::Number(Height(height)), false);
        let said = self.ask(question, |said| Answer::Block(height, hash(said))).await?;
        Some(hash(&said))
    }

    /// What settled in a session from a height on.
    pub async fn session(&self, session: SessionId, from: u64) -> Option<usize> {
        let question =
            self.client.session_transactions(session, Some(Cursor { height: Height(from), index: 0 }));
        let answer = |said: &idx_client::views::Page<idx_client::encoding::Hex<TxId>>| {
            let ids = said.items.iter().map(|id| id.0).collect();
            Answer::Session(SessionPage { session, from, ids, is_last: said.next.is_none() })
        };
        self.ask(question, answer).await.map(|said| said.items.len())
    }

    /// How many transactions wait.
    pub async fn pool(&self) -> Option<u64> {
        let said = self.ask(self.client.mempool(), |said| Answer::Pool(said.transactions)).await?;
        Some(said.transactions)
    }
}

/// A receipt in short. One that is final without saying where is a settlement that no chain has.
fn standing(receipt: Option<&ReceiptView>) -> Standing {
    let Some(receipt) = receipt else { return Standing::Unknown };
    let outcome = match (receipt.status, &receipt.reason) {
        (TxStatus::Pending, _) => return Standing::Pending,
        (TxStatus::Completed, _) => Outcome::Completed,
        (TxStatus::Failed, Some(reason)) => Outcome::Failed(reason.code),
        (TxStatus::Failed, None) => Outcome::Deferred,
    };
    Standing::Final(Settlement {
        height: receipt.height.map_or(0, |height| height.0),
        index: receipt.index.unwrap_or(u32::MAX),
        outcome,
        private_hash: receipt.private_hash.map_or(PrivateHash([0; 32]), |hash| hash.0),
    })
}
