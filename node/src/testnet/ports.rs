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
}

/// Bases that leave room for the banks above them and keep clear of ports that need privileges.
const BASES: RangeInclusive<u16> = 1_023..=65_000;

/// Why ports cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// Somebody else listens there.
    #[error(
        "port {port} ({use_of} of {bank}) cannot be used: {reason}\n  what to do: stop the program that holds it (ss -ltnp 'sport = :{port}' names it), or choose other ports: testnet up --port-base N uses N+1 to N+6 for HTTP, --p2p-port-base M uses M+1 to M+6 between banks"
    )]
    Busy {
        /// The port.
        port: u16,
        /// `HTTP` or `p2p`.
        use_of: &'static str,
        /// The bank that would have it.
        bank: String,
        /// What the operating system said.
        reason: String,
    },
    /// The base leaves no room.
    #[error("--{flag} {base} is out of range: {} to {}", BASES.start(), BASES.end())]
    OutOfRange {
        /// The flag.
        flag: &'static str,
        /// What was asked for.
        base: u16,
    },
    /// One port would serve two things.
    #[error("--port-base {http} and --p2p-port-base {p2p} overlap: keep them at least {banks} apart")]
    Overlap {
        /// HTTP base.
        http: u16,
        /// Base between banks.
        p2p: u16,
        /// Number of banks.
        banks: u16,
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

    /// Checks that the layout makes sense for so many banks.
    ///
    /// # Errors
    /// [`PortError::OutOfRange`] or [`PortError::Overlap`].
    pub fn check_layout(&self, banks: u16) -> Result<(), PortError> {
        for (flag, base) in [("port-base", self.http_base), ("p2p-port-base", self.p2p_base)] {
            if !BASES.contains(&base) {
                return Err(PortError::OutOfRange { flag, base });
            }
        }
        if self.http_base.abs_diff(self.p2p_base) < banks {
            return Err(PortError::Overlap { http: self.http_base, p2p: self.p2p_base, banks });
        }
        Ok(())
    }

    /// Tries the two ports of bank number `n`; both are free again when this returns.
    ///
    /// # Errors
    /// [`PortError::Busy`].
    pub fn check_free(&self, n: u16, bank: &str) -> Result<(), PortError> {
        for (use_of, port) in [("HTTP", self.http(n)), ("p2p", self.p2p(n))] {
            if let Err(error) = TcpListener::bind(("127.0.0.1", port)) {
                return Err(PortError::Busy {
                    port,
                    use_of,
                    bank: bank.to_owned(),
                    reason: error.to_string(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_out_of_range_or_overlapping_are_refused() {
        let layout = |http_base, p2p_base| Ports { http_base, p2p_base }.check_layout(6);
        assert_eq!(layout(5_000, 6_000), Ok(()));
        assert_eq!(layout(5_000, 5_006), Ok(()));
        for (http, p2p) in [(5_000, 5_000), (5_000, 5_005), (5_005, 5_000)] {
            assert!(matches!(layout(http, p2p), Err(PortError::Overlap { .. })), "{http} {p2p}");
        }
        assert!(matches!(layout(80, 6_000), Err(PortError::OutOfRange { flag: "port-base", base: 80 })));
        assert!(matches!(layout(5_000, 65_535), Err(PortError::OutOfRange { flag: "p2p-port-base", .. })));
    }

    #[test]
    fn a_held_port_is_named_with_the_flags_that_choose_others() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = held.local_addr().unwrap().port();
        let ports = Ports { http_base: port - 1, p2p_base: 1 };
        let error = ports.check_free(1, "HDFC").unwrap_err().to_string();
        for part in [&format!("port {port} (HTTP of HDFC)"), "--port-base", "--p2p-port-base"] {
            assert!(error.contains(part), "{error}");
        }
    }
}
