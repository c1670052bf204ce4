//! The transfers of a load: made and signed before the clock runs.

use crate::net::{Net, account};
use crate::process;
use anyhow::{Context, Result, ensure};
use idx_node::keys;
use idx_node::pay::identity::Sealer;
use idx_node::pay::network::{Facts, Network};
use idx_node::pay::plan::{Maker, Members, members};
use idx_node::pay::row::{Party, Payment};
use idx_node::pay::{self, wallet::Wallet};
use idx_node::rpc::RpcNetwork;
use idx_types::{BankCode, Paise, Transaction};

/// Amounts are one rupee to this many.
const RUPEES_MAX: u64 = 100;

/// Signed transfers, and what signing them took.
pub struct Signed {
    /// The transfers, in the order in which they are handed in.
    pub transfers: Vec<Transaction>,
    /// Processor time of signing all of them, seconds.
    pub cpu_s: f64,
}

/// Signs transfers between random pairs of open accounts; the same numbers give the same pairs.
///
/// # Errors
/// No node answers, or the wallet cannot be read.
pub async fn sign(net: &Net, accounts: usize, count: usize) -> Result<Signed> {
    ensure!(accounts >= 2, "transfers need two accounts");
    let urls: Vec<String> = net.nodes().iter().map(|node| node.url.clone()).collect();
    let facts = RpcNetwork::new(&urls)?.facts().await?;
    let wallet = net.layout().wallet()?;
    let banks: Vec<BankCode> = net.layout().places().into_iter().map(|place| place.code).collect();
    let payments = payments(&banks, accounts, count);
    let cast = members(&payments, &facts, &wallet);
    let own = std::process::id();
    let before = process::cpu_seconds(own)?;
    let transfers = sign_all(&facts, &wallet, &payments, &cast)?;
    Ok(Signed { transfers, cpu_s: process::cpu_seconds(own)? - before })
}

fn sign_all(
    facts: &Facts,
    wallet: &Wallet,
    payments: &[Payment],
    cast: &Members,
) -> Result<Vec<Transaction>> {
    let now = pay::now();
    let entropy = keys::random()?;
    let mut sealer = Sealer::new(&entropy);
    let mut maker = Maker { facts, banks: &[], wallet, now, nonce: now.0 << 20, sealer: &mut sealer };
    let signed =
        payments.iter().map(|payment| maker.transfer(payment, cast).context("an amount is out of range"));
    signed.collect()
}

fn payments(banks: &[BankCode], accounts: usize, count: usize) -> Vec<Payment> {
    let mut dice = Dice(1);
    let party = |number: usize| {
        let (account, bank) = account(number);
        Party { bank: banks[bank].clone(), account }
    };
    let payment = |number: usize| {
        let (sender, receiver) = dice.pair(accounts as u64);
        let amount = Paise((dice.below(RUPEES_MAX) + 1) * 100);
        let line = number as u64 + 1;
        Payment { line, id: line.to_string(), sender: party(sender), receiver: party(receiver), amount }
    };
    (0..count).map(payment).collect()
}

/// Xorshift64 (Marsaglia 2003): pairs of accounts, never secrets.
pub(crate) struct Dice(pub u64);

impl Dice {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// Two different numbers below `bound`, which is 2 or more.
    pub fn pair(&mut self, bound: u64) -> (usize, usize) {
        let first = self.below(bound);
        let second = (first + 1 + self.below(bound - 1)) % bound;
        (first as usize, second as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_pays_himself() {
        let mut dice = Dice(3);
        for bound in [2, 3, 600] {
            for _ in 0..1_000 {
                let (a, b) = dice.pair(bound);
                assert!(a != b && a < bound as usize && b < bound as usize);
            }
        }
    }
}
