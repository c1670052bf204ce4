//! The typed client against the served node: what one writes, the other reads.

use super::support::node::reading;
use super::support::serve_plain;
use idx_client::encoding::BlockTag;
use idx_client::testing::{banks, deposit};
use idx_client::verify::{Trusted, transaction};
use idx_client::views::{Cursor, EventBody, SubscribeTopic, TransactionFilter, TxStatus};
use idx_client::{ClientError, ClientSettings, IdxClient};
use idx_crypto::Ed25519;
use idx_types::testing::chain_id;
use idx_types::{AccountHandle, Height, ObservedHeight, Paise, Reason, SessionId};
use std::time::Duration;

fn client(url: &str) -> IdxClient {
    let settings =
        ClientSettings { attempts_max: 3, pause: Duration::from_millis(5), ..ClientSettings::default() };
    IdxClient::new(url, settings).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_typed_read_understands_the_node() {
    let served = serve_plain().await;
    let client = client(&served.url());
    let latest = BlockTag::Latest;
    assert_eq!(client.chain_id().await, Ok(chain_id()));
    assert_eq!(client.block_number().await, Ok(Height(3)));
    let block = client.block(latest, true).await.unwrap().unwrap();
    assert_eq!(block.full.unwrap().len(), 1);
    assert_eq!(client.block_by_hash(block.header.hash.0, false).await.unwrap().unwrap().header, block.header);
    assert_eq!(client.header(latest).await.unwrap(), Some(block.header));
    assert_eq!(client.private_header(latest).await.unwrap().unwrap().hash, block.private_hash);
    assert_eq!(client.approvals(latest).await.unwrap().unwrap().banks.len(), 5);
    assert_eq!(client.commit_certificate(latest).await.unwrap().unwrap().precommits.len(), 4);
    let observed = client.observed_heights(Height(2), 9).await.unwrap();
    assert_eq!(observed.iter().map(ObservedHeight::height).collect::<Vec<_>>(), [Height(2), Height(3)]);
    let id = deposit(1).id();
    assert_eq!(client.transaction(id).await.unwrap().unwrap().id.0, id);
    assert_eq!(client.receipt(id).await.unwrap().unwrap().status, TxStatus::Completed);
    assert_eq!(client.receipt(deposit(70).id()).await, Ok(None));
    let page = client.session_transactions(SessionId([1; 32]), None).await.unwrap();
    assert_eq!((page.items.len(), page.next), (3, None));
    let mine = reading(AccountHandle([1; 32]));
    let account = client.account(&mine).await.unwrap();
    assert_eq!(account.balance, Paise(507_500));
    assert_eq!(client.account_proof(&mine).await.unwrap().account, account);
    assert!(client.account(&reading(AccountHandle([2; 32]))).await.unwrap_err().is_not_owner());
    assert_eq!(client.banks().await.unwrap().len(), 6);
    assert_eq!(client.validator_set(latest).await.unwrap().unwrap().validators(), Ok(banks()));
    assert_eq!(client.parameters().await.unwrap().difficulty, 16);
    let escrow = client.escrow().await.unwrap();
    assert_eq!((escrow.as_of, escrow.to_escrow().unwrap().check()), (Height(3), Ok(())));
    assert_eq!(client.fee_quote(Paise(500_000)).await.unwrap().total_debit, Paise(507_500));
    assert_eq!(client.mempool().await.unwrap().transactions, 0);
    assert_eq!(client.consensus().await.unwrap().quorum, 4);
    assert_eq!(client.peers().await, Ok(vec![]));
    assert_eq!(client.node_info().await.unwrap().version, "0.1.0");
    assert!(!client.syncing().await.unwrap().syncing);
    let methods = client.discover().await.unwrap()["methods"].as_array().unwrap().len();
    assert_eq!(methods, crate::methods::METHODS.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_served_proof_holds_without_trust_in_the_node() {
    let served = serve_plain().await;
    let proof = client(&served.url()).transaction_proof(deposit(3).id()).await.unwrap().unwrap();
    let banks = banks();
    let trusted = Trusted { chain_id: chain_id(), banks: &banks, quorum: 4 };
    let proven = transaction(&trusted, &proof, &Ed25519).unwrap();
    assert_eq!(proven.transaction.id(), deposit(3).id());
    assert_eq!(proven.outcome, idx_types::Outcome::Failed(Reason::AccountFrozen));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_keep_their_reason() {
    let served = serve_plain().await;
    let client = client(&served.url());
    let refused = client.send_raw_transaction(&deposit(1)).await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::Replayed));
    assert!(!refused.retriable());
    let small = client.fee_quote(Paise(1)).await.unwrap_err();
    assert!(matches!(small, ClientError::Rpc { code: -32023, reason: Some(Reason::AmountTooSmall), .. }));
    assert!(matches!(client.proposals().await, Err(ClientError::Rpc { code: -31005, .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_twice_is_sent_once_and_waited_for() {
    let served = serve_plain().await;
    let client = client(&served.url());
    let tx = deposit(4);
    assert_eq!(client.send_raw_transaction(&tx).await, Ok(tx.id()));
    assert_eq!(client.send_raw_transaction(&tx).await, Ok(tx.id()));
    assert_eq!(client.mempool().await.unwrap().transactions, 1);
    let pending = client.wait_for_transaction(tx.id(), Duration::from_millis(20)).await.unwrap().unwrap();
    assert_eq!(pending.status, TxStatus::Pending);
    let (receipt, ()) = tokio::join!(client.wait_for_transaction(tx.id(), Duration::from_secs(30)), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        served.node.finalise(4);
    });
    assert_eq!(receipt.unwrap().unwrap().height, Some(Height(4)));
    let answers = client.send_raw_transactions(&[deposit(1), deposit(71)]).await.unwrap();
    assert_eq!(answers.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_not_there_is_tried_a_few_times_only() {
    let gone = client("http://127.0.0.1:9/rpc").block_number().await.unwrap_err();
    assert!(matches!(&gone, ClientError::Transport { url, .. } if url.contains("127.0.0.1:9")), "{gone}");
    assert!(IdxClient::new("not an address", ClientSettings::default()).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_resumes_where_it_stopped() {
    let served = serve_plain().await;
    let client = client(&served.url());
    let topic = SubscribeTopic::Transactions;
    let filter = TransactionFilter::default();
    let start = Some(Cursor { height: Height(0), index: 0 });
    let mut events = client.subscribe(topic, &filter, start).await.unwrap();
    for _ in 0..2 {
        assert!(matches!(events.next().await.unwrap().unwrap().event, EventBody::Transaction { .. }));
    }
    let resume = events.resume();
    drop(events);
    served.node.finalise(5);
    let mut events = client.subscribe(topic, &filter, resume).await.unwrap();
    for height in 3..=5 {
        let event = events.next().await.unwrap().unwrap();
        assert_eq!(event.cursor, Some(Cursor { height: Height(height), index: 1 }));
    }
}
