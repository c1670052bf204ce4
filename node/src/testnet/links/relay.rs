//! The door of one ordered pair: what is dialed here arrives at the other bank's node.

use super::pump::{Road, carry};
use futures::FutureExt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::Interest;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Most connections of one pair, those that wait behind a cut included; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 32;

/// How often a connection that waits behind a cut is looked at: its dialer may have given up.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// One pair: who dials, whom it reaches, and the two roads between them.
#[derive(Clone)]
pub(super) struct Relay {
    /// Where the dialed bank's node listens.
    pub(super) target: SocketAddr,
    /// From the dialer to the dialed.
    pub(super) there: Road,
    /// From the dialed to the dialer.
    pub(super) back: Road,
}

impl Relay {
    /// Serves the door for ever.
    pub(super) async fn serve(self, door: TcpListener) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            // Too many open files, or a dialer that has gone already: the next one may do better.
            let Ok((dialer, _)) = door.accept().await else {
                tokio::time::sleep(LOOK_EVERY).await;
                continue;
            };
            let relay = self.clone();
            tokio::spawn(async move {
                // A failure ends this connection, which is all that its ends need to know.
                let _ = relay.connect(dialer).await;
                drop(place);
            });
        }
    }

    async fn connect(mut self, dialer: TcpStream) -> io::Result<()> {
        if !self.opens(&dialer).await? {
            return Ok(());
        }
        let dialed = TcpStream::connect(self.target).await?;
        dialer.set_nodelay(true)?;
        dialed.set_nodelay(true)?;
        let (dialer_read, dialer_write) = dialer.into_split();
        let (dialed_read, dialed_write) = dialed.into_split();
        let there = carry(dialer_read, dialed_write, self.there);
        let back = carry(dialed_read, dialer_write, self.back);
        tokio::join!(there, back);
        Ok(())
    }

    /// Waits until both roads are open, as a connection needs both; whether the dialer still waits then.
    async fn opens(&mut self, dialer: &TcpStream) -> io::Result<bool> {
        loop {
            let both = async { self.there.open().await.is_ok() && self.back.open().await.is_ok() };
            let opened = tokio::time::timeout(LOOK_EVERY, both).await;
            match opened {
                Ok(false) => return Ok(false),
                _ if has_gone(dialer) => return Ok(false),
                Ok(true) => return Ok(true),
                Err(_) => {}
            }
        }
    }
}

/// Whether the dialer has closed its end.
fn has_gone(dialer: &TcpStream) -> bool {
    let ready = dialer.ready(Interest::READABLE).now_or_never();
    ready.is_some_and(|ready| ready.map_or(true, |ready| ready.is_read_closed()))
}
