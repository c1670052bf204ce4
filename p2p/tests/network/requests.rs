//! Requests and answers between two banks.

use crate::common::{Node, bank, key, mesh, quick_limits, settings};
use idx_p2p::{NetworkEvent, NetworkLimits, NetworkSettings, RequestFailure, RequestId, SendError};
use idx_types::wire::{REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX};

async fn outcome(node: &mut Node, wanted: RequestId) -> Result<Vec<u8>, RequestFailure> {
    node.wait("the end of a request", |event| match event {
        NetworkEvent::Response { request, data, .. } if request == wanted => Some(Ok(data)),
        NetworkEvent::RequestFailed { request, reason, .. } if request == wanted => Some(Err(reason)),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn one_mebibyte_there_and_back() {
    let mut nodes = mesh(2).await;
    let [one, two] = &mut nodes[..] else { unreachable!("two nodes") };
    let question: Vec<u8> = (0..REQUEST_BYTES_MAX).map(|i| (i % 251) as u8).collect();
    one.handle.request(key(2), RequestId(7), question.clone()).await.unwrap();
    let (answer, ()) = tokio::join!(outcome(one, RequestId(7)), two.answer_one());
    assert!(answer.unwrap().iter().eq(question.iter().rev()));
}

#[tokio::test]
async fn the_largest_answer_passes_and_one_byte_more_is_refused() {
    let mut nodes = mesh(2).await;
    let [one, two] = &mut nodes[..] else { unreachable!("two nodes") };
    let too_large = one.handle.request(key(2), RequestId(1), vec![0; REQUEST_BYTES_MAX + 1]).await;
    assert_eq!(too_large, Err(SendError::TooLarge { len: REQUEST_BYTES_MAX + 1, max: REQUEST_BYTES_MAX }));
    for (id, len) in [(2, RESPONSE_BYTES_MAX), (3, RESPONSE_BYTES_MAX + 1)] {
        one.handle.request(key(2), RequestId(id), vec![]).await.unwrap();
        let ticket = two
            .wait("a request", |event| match event {
                NetworkEvent::Request { ticket, .. } => Some(ticket),
                _ => None,
            })
            .await;
        assert!(ticket.is_open() && ticket.peer() == key(1));
        let taken = two.handle.respond(ticket, vec![5; len]).await;
        let answer = outcome(one, RequestId(id)).await;
        if len <= RESPONSE_BYTES_MAX {
            assert_eq!((taken, answer.map(|data| data.len())), (Ok(()), Ok(len)));
        } else {
            assert_eq!(taken, Err(SendError::TooLarge { len, max: RESPONSE_BYTES_MAX }));
            answer.unwrap_err();
        }
    }
}

#[tokio::test]
async fn every_request_ends_with_a_reason() {
    let limits = NetworkLimits { requests_in_flight_max: 2, ..quick_limits() };
    let mut one =
        Node::start(NetworkSettings { limits, ..settings(1, vec![bank(2, &[]), bank(3, &[])]) }).await;
    let mut two = Node::start(settings(2, vec![bank(1, one.handle.listen_addresses())])).await;
    one.wait_up(key(2)).await;
    for (id, to, reason) in
        [(1, key(9), RequestFailure::UnknownPeer), (2, key(3), RequestFailure::NotConnected)]
    {
        one.handle.request(to, RequestId(id), vec![]).await.unwrap();
        assert_eq!(outcome(&mut one, RequestId(id)).await, Err(reason));
    }
    for id in 3..=5 {
        one.handle.request(key(2), RequestId(id), vec![]).await.unwrap();
    }
    assert_eq!(outcome(&mut one, RequestId(5)).await, Err(RequestFailure::TooManyInFlight(2)));
    two.wait("a request", |event| matches!(event, NetworkEvent::Request { .. }).then_some(())).await;
    outcome(&mut one, RequestId(3)).await.expect_err("its ticket was dropped");
    two.handle.shutdown().await;
    outcome(&mut one, RequestId(4)).await.expect_err("the connection is gone");
    assert_eq!(one.handle.stats().requests_failed, 5);
}
