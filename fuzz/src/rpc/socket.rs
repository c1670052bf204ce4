//! A WebSocket with any bytes after its handshake: the connection ends when the client is gone, and
//! all that was written to it is JSON-RPC.

use super::{protocol, router, runtime};
use crate::tape::Tape;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::timeout;

/// Bytes on their way in one direction.
const PIPE_BYTES: usize = 64 << 10;

/// A connection that is not over so long after its client left never ends.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opcode of a text frame.
const TEXT: u8 = 1;

const HANDSHAKE: &[u8] =
    b"GET /rpc HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

/// An even first byte: what follows is texts, separated by zero bytes, each sent as one frame. An odd
/// one: what follows is sent as it is.
pub fn socket(data: &[u8]) {
    let mut tape = Tape::new(data);
    let frames = match tape.byte() % 2 {
        0 => tape.rest().split(|byte| *byte == 0).flat_map(text_frame).collect(),
        _ => tape.rest().to_vec(),
    };
    let answers = runtime().block_on(async {
        timeout(PATIENCE, talk(frames)).await.expect("the connection ends when its client is gone")
    });
    texts(&answers).iter().for_each(|text| told(text));
}

async fn talk(frames: Vec<u8>) -> Vec<u8> {
    let (mut client, server) = duplex(PIPE_BYTES);
    let connection = http1::Builder::new()
        .serve_connection(TokioIo::new(server), TowerToHyperService::new(router().clone()));
    let served = tokio::spawn(connection.with_upgrades());
    client.write_all(HANDSHAKE).await.expect("the server reads the handshake");
    skip_head(&mut client).await;
    let (mut answers, mut writes) = tokio::io::split(client);
    let writer = tokio::spawn(async move {
        // The server may end the connection before it has read everything.
        let _ = writes.write_all(&frames).await;
        let _ = writes.shutdown().await;
    });
    let mut bytes = Vec::new();
    let _ = answers.read_to_end(&mut bytes).await;
    writer.await.expect("the writer does not panic");
    served.abort();
    bytes
}

/// Reads the answer to the handshake.
async fn skip_head(client: &mut DuplexStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.expect("the handshake is answered"));
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
}

/// A masked text frame of a client, with a mask of zeros.
fn text_frame(text: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | TEXT];
    match text.len() {
        short @ 0..126 => frame.push(0x80 | short as u8),
        long => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(long as u16).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(text);
    frame
}

/// The whole text frames of a server, which are not masked and not fragmented.
fn texts(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let Some((kind, payload, rest)) = frame(bytes) {
        if kind & 0x0f == TEXT {
            found.push(payload);
        }
        bytes = rest;
    }
    found
}

fn frame(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (kind, short, rest) = (*bytes.first()?, *bytes.get(1)?, &bytes[2..]);
    let (len, rest) = match short {
        126 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), &rest[2..]),
        127 => (u64::from_be_bytes(*rest.first_chunk()?) as usize, &rest[8..]),
        short => (usize::from(short), rest),
    };
    let (payload, rest) = rest.split_at_checked(len)?;
    Some((kind, payload, rest))
}

/// An answer, or a delivery of a subscription.
fn told(text: &[u8]) {
    let value: Value = serde_json::from_slice(text).expect("a text frame is JSON");
    if value["method"] == "idx_subscription" {
        assert!(value["jsonrpc"] == "2.0" && value["params"]["subscription"].is_string(), "{value}");
        assert!(value.get("id").is_none(), "{value}");
    } else {
        protocol::well_formed(&value);
    }
}
