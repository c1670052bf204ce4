//! The ports of a test network: laid out, and tried before anything is started.

use std::net::TcpListener;
use std::ops::RangeInclusive;

/// Where the ports of the nodes begin: bank number `n`, from 1, has `base + n`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ports {
    /// Base of the HTTP ports.
    pub http_base: u16,
    /// Base of the ports between banks.
    pub p2p_base: u16,
    /// Base of the doors of the links, one an ordered pair of banks; `None` for a network without links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links_base: Option<u16>,
}

/// Doors of the links: one a pair, of a bank with itself too.
const LINKS: u16 = (super::BANKS.len() * super::BANKS.len()) as u16;

/// Bases that leave room for the banks above them and keep clear of ports that need privileges.
const BASES: RangeInclusive<u16> = 1_023..=65_000;

/// Why ports cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// Somebody else listens there.
    #[error(
        "port {port} ({use_of} of {bank}) cannot be used: {reason}\n  what to do: stop the program that holds it (ss -ltnp 'sport = :{port}' names it), or choose other ports: testnet up --port-base N uses N+1 to N+6 for HTTP, --p2p-port-base M uses M+1 to M+6 between banks, --links-port-base L uses L+1 to L+36 for links"
    )]
    Busy {
        /// The port.
        port: u16,
        /// `HTTP`, `p2p` or `links`.
        use_of: &'static str,
        /// The bank that would have it.
        bank: String,
        /// What the operating system said.
        reason: String,
    },
    /// The base leaves no room.
    #[error("{flag} {base} is out of range: {} to {}", BASES.start(), BASES.end())]
    OutOfRange {
        /// The flag.
        flag: &'static str,
        /// What was asked for.
        base: u16,
    },
    /// One port would serve two things.
    #[error("{first} {low} and {second} {high} overlap: keep them at least {needed} apart")]
    Overlap {
        /// The flag of the lower base.
        first: &'static str,
        /// The lower base.
        low: u16,
        /// The flag of the higher base.
        second: &'static str,
        /// The higher base.
        high: u16,
        /// Ports that the lower one needs.
        needed: u16,
    },
}

impl Ports {
    /// The HTTP port of bank number `n`, from 1.
    pub const fn http(&self, n: u16) -> u16 {
        self.http_base + n
    }

    /// The port between banks of bank number `n`, from 1.
    pub const fn p2p(&self, n: u16) -> u16 {
        self.p2p_base + n
    }

    /// The door from bank number `from` to bank number `to`, from 1. The door of a bank to itself leads
    /// nowhere. 0 for a network without links.
    pub fn link(&self, from: u16, to: u16) -> u16 {
        let banks = super::BANKS.len() as u16;
        self.links_base.map_or(0, |base| base + (from - 1) * banks + to)
    }

    /// Checks that the layout makes sense for so many banks.
    ///
    /// # Errors
    /// [`PortError::OutOfRange`] or [`PortError::Overlap`].
    pub fn check_layout(&self, banks: u16) -> Result<(), PortError> {
        let mut ranges =
            vec![("--port-base", self.http_base, banks), ("--p2p-port-base", self.p2p_base, banks)];
        ranges.extend(self.links_base.map(|base| ("--links-port-base", base, LINKS)));
        if let Some((flag, base, _)) = ranges.iter().find(|(_, base, _)| !BASES.contains(base)) {
            return Err(PortError::OutOfRange { flag, base: *base });
        }
        ranges.sort_by_key(|(_, base, _)| *base);
        for pair in ranges.windows(2) {
            let [(first, low, needed), (second, high, _)] = *pair else { continue };
            if high - low < needed {
                return Err(PortError::Overlap { first, low, second, high, needed });
            }
        }
        Ok(())
    }

    /// Tries the two ports of bank number `n`; both are free again when this returns.
    ///
    /// # Errors
    /// [`PortError::Busy`].
    pub fn check_free(&self, n: u16, bank: &str) -> Result<(), PortError> {
        try_port(self.http(n), "HTTP", bank)?;
        try_port(self.p2p(n), "p2p", bank)
    }

    /// Tries the doors of the links, if there are any.
    ///
    /// # Errors
    /// [`PortError::Busy`].
    pub fn check_links_free(&self) -> Result<(), PortError> {
        let Some(base) = self.links_base else { return Ok(()) };
        (1..=LINKS).try_for_each(|n| try_port(base + n, "links", "the banks"))
    }
}

fn try_port(port: u16, use_of: &'static str, bank: &str) -> Result<(), PortError> {
    let tried = TcpListener::bind(("127.0.0.1", port)).map(drop);
    tried.map_err(|error| PortError::Busy { port, use_of, bank: bank.to_owned(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_out_of_range_or_overlapping_are_refused() {
        let layout = |http_base, p2p_base| Ports { http_base, p2p_base, links_base: None }.check_layout(6);
        assert_eq!(layout(5_000, 6_000), Ok(()));
        assert_eq!(layout(5_000, 5_006), Ok(()));
        for (http, p2p) in [(5_000, 5_000), (5_000, 5_005), (5_005, 5_000)] {
            assert!(matches!(layout(http, p2p), Err(PortError::Overlap { .. })), "{http} {p2p}");
        }
        let linked =
            |base| Ports { http_base: 5_000, p2p_base: 6_000, links_base: Some(base) }.check_layout(6);
        assert_eq!((linked(7_000), linked(5_964), linked(5_006)), (Ok(()), Ok(()), Ok(())));
        for base in [5_965, 6_005, 5_000] {
            assert!(matches!(linked(base), Err(PortError::Overlap { .. })), "{base}");
        }
        assert!(matches!(layout(80, 6_000), Err(PortError::OutOfRange { flag: "--port-base", base: 80 })));
        assert!(matches!(layout(5_000, 65_535), Err(PortError::OutOfRange { flag: "--p2p-port-base", .. })));
    }

    #[test]
    fn a_held_port_is_named_with_the_flags_that_choose_others() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = held.local_addr().unwrap().port();
        // The held port is the first to be tried: others beside it may be anybody's.
        let ports = Ports { http_base: port - 1, p2p_base: 1, links_base: Some(port - 1) };
        let error = ports.check_free(1, "HDFC").unwrap_err().to_string();
        for part in [&format!("port {port} (HTTP of HDFC)"), "--port-base", "--p2p-port-base"] {
            assert!(error.contains(part), "{error}");
        }
        let error = ports.check_links_free().unwrap_err().to_string();
        assert!(error.contains(&format!("port {port} (links")), "{error}");
    }
}
