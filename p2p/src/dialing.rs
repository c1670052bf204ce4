//! When and where to look for a peer that is not connected.

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Most addresses of one peer learned from itself; the oldest is forgotten first.
const LEARNED_ADDRESSES_MAX: usize = 8;

/// Of two nodes that look for each other the one with the greater name waits so much longer, so
/// that they seldom dial at the same moment.
const HEAD_START: Duration = Duration::from_millis(300);

/// When to dial next: at once, then after doubling waits up to a cap, with no random part, so that
/// the time to find a peer again has a bound that tests can rely on.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    max: Duration,
    failures: u32,
    due: Option<Instant>,
    yields: bool,
}

impl Backoff {
    /// Not looking yet; `yields` for the node that gives the other a head start.
    pub(crate) const fn new(first: Duration, max: Duration, yields: bool) -> Self {
        Self { first, max, failures: 0, due: None, yields }
    }

    /// When the next attempt is due, `None` while not looking.
    pub(crate) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Starts looking, first attempt as soon as may be after `wait`.
    pub(crate) fn look(&mut self, wait: Duration, now: Instant) {
        let head_start = if self.yields { HEAD_START } else { Duration::ZERO };
        self.due = now.checked_add(wait.saturating_add(head_start));
    }

    /// An attempt failed, or a connection did not become useful: look again, later each time.
    pub(crate) fn look_later(&mut self, now: Instant) {
        let wait = self.first.saturating_mul(2u32.saturating_pow(self.failures)).min(self.max);
        self.failures = self.failures.saturating_add(1);
        self.look(wait, now);
    }

    /// An attempt is under way, or a connection stands.
    pub(crate) fn pause(&mut self) {
        self.due = None;
    }

    /// The peer proved useful: the next search starts with short waits again.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
        self.due = None;
    }
}

/// Where a peer may be: as configured, and as it said itself on an authenticated connection.
#[derive(Debug)]
pub(crate) struct AddressBook {
    configured: Vec<Multiaddr>,
    learned: VecDeque<Multiaddr>,
}

impl AddressBook {
    /// Knows the configured addresses only.
    pub(crate) const fn new(configured: Vec<Multiaddr>) -> Self {
        Self { configured, learned: VecDeque::new() }
    }

    /// Everywhere to try; wrong addresses do no harm, because the peer must prove its key.
    pub(crate) fn all(&self) -> Vec<Multiaddr> {
        self.configured.iter().chain(&self.learned).cloned().collect()
    }

    /// Whether there is nowhere to look.
    pub(crate) fn is_empty(&self) -> bool {
        self.configured.is_empty() && self.learned.is_empty()
    }

    /// Takes up what a peer says about where it listens. `remote` is where its connection comes
    /// from: with it a node behind a changed or translated address is found too.
    pub(crate) fn learn(&mut self, listening: &[Multiaddr], remote: &Multiaddr) {
        let near = remote.iter().next().is_some_and(|host| is_loopback(&host));
        let told = listening.iter().take(LEARNED_ADDRESSES_MAX);
        for address in told.flat_map(|address| [Some(address.clone()), with_host_of(remote, address)]) {
            let useful = |address: &Multiaddr| is_dialable(address, near);
            if let Some(address) = address.filter(useful) {
                self.remember(address);
            }
        }
    }

    fn remember(&mut self, address: Multiaddr) {
        if self.configured.contains(&address) {
            return;
        }
        self.learned.retain(|known| *known != address);
        self.learned.push_back(address);
        if self.learned.len() > LEARNED_ADDRESSES_MAX {
            self.learned.pop_front();
        }
    }
}

/// The port of `listening` at the host of `remote`.
fn with_host_of(remote: &Multiaddr, listening: &Multiaddr) -> Option<Multiaddr> {
    let host = remote.iter().next()?;
    let port = listening.iter().find(|part| matches!(part, Protocol::Tcp(_)))?;
    Some(Multiaddr::empty().with(host).with(port))
}

fn is_loopback(host: &Protocol<'_>) -> bool {
    match host {
        Protocol::Ip4(ip) => ip.is_loopback(),
        Protocol::Ip6(ip) => ip.is_loopback(),
        _ => false,
    }
}

/// An IP and a TCP port that can be dialed; another machine's loopback cannot.
fn is_dialable(address: &Multiaddr, near: bool) -> bool {
    let mut parts = address.iter();
    let (host, port, rest) = (parts.next(), parts.next(), parts.next());
    let (Some(host), Some(Protocol::Tcp(port)), None) = (host, port, rest) else { return false };
    let is_address = match &host {
        Protocol::Ip4(ip) => !ip.is_unspecified(),
        Protocol::Ip6(ip) => !ip.is_unspecified(),
        _ => false,
    };
    is_address && port != 0 && (near || !is_loopback(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    #[test]
    fn waits_double_to_the_cap_and_start_over() {
        let now = Instant::now();
        let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(10), false);
        for expected_ms in [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000] {
            backoff.look_later(now);
            assert_eq!(backoff.due(), Some(now + Duration::from_millis(expected_ms)));
        }
        backoff.succeeded();
        assert_eq!(backoff.due(), None);
        backoff.look_later(now);
        assert_eq!(backoff.due(), Some(now + Duration::from_millis(250)));
    }

    #[test]
    fn one_of_two_lets_the_other_go_first() {
        let now = Instant::now();
        let [mut first, mut second] =
            [false, true].map(|yields| Backoff::new(Duration::ZERO, Duration::ZERO, yields));
        first.look(Duration::ZERO, now);
        second.look(Duration::ZERO, now);
        assert_eq!((first.due(), second.due()), (Some(now), Some(now + HEAD_START)));
    }

    #[test]
    fn only_what_can_be_dialed_is_learned() {
        let remote = address("/ip4/10.0.0.7/tcp/50123");
        for (told, learned) in [
            ("/ip4/10.0.0.7/tcp/4001", vec!["/ip4/10.0.0.7/tcp/4001"]),
            // Listening on another interface: tried there and at the host it came from.
            ("/ip4/192.168.1.2/tcp/4001", vec!["/ip4/192.168.1.2/tcp/4001", "/ip4/10.0.0.7/tcp/4001"]),
            ("/ip4/127.0.0.1/tcp/4001", vec!["/ip4/10.0.0.7/tcp/4001"]),
            ("/ip4/0.0.0.0/tcp/4001", vec!["/ip4/10.0.0.7/tcp/4001"]),
            ("/ip4/10.0.0.7/tcp/0", vec![]),
            ("/ip4/10.0.0.7/udp/4001/quic-v1", vec![]),
        ] {
            let mut book = AddressBook::new(vec![]);
            book.learn(&[address(told)], &remote);
            let learned: Vec<_> = learned.into_iter().map(address).collect();
            assert_eq!(book.all(), learned, "told {told}");
        }
    }

    #[test]
    fn learned_addresses_are_bounded_and_configured_ones_stay() {
        let configured = address("/dns4/bank.example/tcp/4001");
        let mut book = AddressBook::new(vec![configured.clone()]);
        let remote = address("/ip4/127.0.0.1/tcp/9");
        for port in 1..=1000 {
            book.learn(&[address(&format!("/ip4/127.0.0.1/tcp/{port}"))], &remote);
        }
        let all = book.all();
        assert_eq!(all.len(), 1 + LEARNED_ADDRESSES_MAX);
        assert_eq!((&all[0], all.last()), (&configured, Some(&address("/ip4/127.0.0.1/tcp/1000"))));
    }
}
