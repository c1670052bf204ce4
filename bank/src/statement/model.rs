//! What a statement is, and that it adds up.

use crate::{AccountNumber, Memo, Nickname};
use idx_types::{BankCode, Currency, Height, NetworkDay, Paise, SessionId, TimestampMs, TxId};

/// Most lines of one statement: about 800 pages. Who needs more asks for shorter periods.
pub const LINES_MAX: usize = 20_000;

/// What a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The bank that keeps the account.
    pub bank: BankCode,
    /// The account.
    pub account: AccountNumber,
    /// What its balances count.
    pub currency: Currency,
    /// The first day, from its midnight UTC.
    pub from: NetworkDay,
    /// The last day, to its end. May lie in the future: the statement is then of what was final at `as_of`.
    pub to: NetworkDay,
    /// The newest final height when it was made: nothing after it is in the statement.
    pub as_of: Height,
    /// The time of that height.
    pub made_at: TimestampMs,
}

/// Which way money went, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flow {
    /// Cash was paid in at the bank's counter.
    Deposit,
    /// Cash was paid out there.
    Withdrawal,
    /// The owner paid somebody.
    Sent {
        /// The session that received.
        to: SessionId,
        /// What the owner calls the receiver, if he is a contact.
        contact: Option<Nickname>,
        /// What the owner wrote down of it.
        memo: Option<Memo>,
        /// What the transfer cost on top.
        fee: Paise,
    },
    /// Money was changed at a foreign bank: rupees into a travel account's currency, or back.
    Changed {
        /// With whom.
        with: BankCode,
        /// Whether the account has more after it.
        is_credit: bool,
        /// What the account paid for it on top.
        fee: Paise,
    },
    /// Somebody paid the owner.
    Received {
        /// The session that sent: all that a receiver learns.
        from: SessionId,
    },
}

impl Flow {
    /// Whether the account has more after it.
    pub const fn is_credit(&self) -> bool {
        match self {
            Self::Deposit | Self::Received { .. } => true,
            Self::Withdrawal | Self::Sent { .. } => false,
            Self::Changed { is_credit, .. } => *is_credit,
        }
    }

    /// The fee that the account paid.
    pub const fn fee(&self) -> Paise {
        match self {
            Self::Sent { fee, .. } | Self::Changed { fee, .. } => *fee,
            _ => Paise::ZERO,
        }
    }

    /// Stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Deposit => "DEPOSIT",
            Self::Withdrawal => "WITHDRAWAL",
            Self::Sent { .. } => "SENT",
            Self::Changed { .. } => "CHANGED",
            Self::Received { .. } => "RECEIVED",
        }
    }
}

/// A transaction that moved the account's money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The height that settled it.
    pub height: Height,
    /// Its place there, from 0.
    pub index: u32,
    /// The time of the height.
    pub time: TimestampMs,
    /// The transaction.
    pub id: TxId,
    /// Which way.
    pub flow: Flow,
    /// What was paid, without the fee.
    pub amount: Paise,
}

impl Movement {
    /// What the balance changed by: amount and fee. `None` beyond 64 bits.
    pub fn total(&self) -> Option<Paise> {
        self.amount.checked_add(self.flow.fee())
    }

    fn after(&self, balance: Paise) -> Option<Paise> {
        let total = self.total()?;
        if self.flow.is_credit() { balance.checked_add(total) } else { balance.checked_sub(total) }
    }
}

/// A balance that the ledger recorded after a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The height.
    pub height: Height,
    /// What the account had after it.
    pub balance: Paise,
}

/// A line: a movement, and the balance after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the statement, from 1.
    pub number: usize,
    /// What happened.
    pub movement: Movement,
    /// What the movement changed the balance by.
    pub total: Paise,
    /// The balance after it.
    pub balance: Paise,
}

/// The movements do not lead from one recorded balance to the next: no statement is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the transactions of this account do not explain its balance after height {height}: the statement is \
     not made; tell the operator, who finds out by `idx-node verify`"
)]
pub struct Unexplained {
    /// The first height that is not explained.
    pub height: Height,
}

/// Sums of a statement, in minor units. Sums of 64-bit amounts do not fit into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Lines that brought money.
    pub credits: usize,
    /// What they brought.
    pub credited: u128,
    /// Lines that took money.
    pub debits: usize,
    /// What they took, fees included.
    pub debited: u128,
    /// The fees among that.
    pub fees: u128,
}

/// A statement that adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    head: Head,
    opening: Paise,
    closing: Paise,
    lines: Vec<Line>,
}

impl Statement {
    /// Puts a statement together from the balance before the period, the movements in their order, and
    /// the balances that the ledger recorded after each height that touched the account.
    ///
    /// # Errors
    /// [`Unexplained`] if the movements do not lead from each recorded balance to the next.
    pub fn new(
        head: Head,
        opening: Paise,
        recorded: &[Recorded],
        movements: Vec<Movement>,
    ) -> Result<Self, Unexplained> {
        let (mut balance, mut lines) = (opening, Vec::with_capacity(movements.len()));
        let mut movements = movements.into_iter().peekable();
        for row in recorded {
            let unexplained = Unexplained { height: row.height };
            while let Some(movement) = movements.next_if(|movement| movement.height <= row.height) {
                let total = movement.total().filter(|_| movement.height == row.height);
                let total = total.ok_or(unexplained)?;
                balance = movement.after(balance).ok_or(unexplained)?;
                lines.push(Line { number: lines.len() + 1, movement, total, balance });
            }
            if balance != row.balance {
                return Err(unexplained);
            }
        }
        match movements.next() {
            Some(beyond) => Err(Unexplained { height: beyond.height }),
            None => Ok(Self { head, opening, closing: balance, lines }),
        }
    }

    /// What it is about.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The balance before the first line.
    pub const fn opening(&self) -> Paise {
        self.opening
    }

    /// The balance after the last line.
    pub const fn closing(&self) -> Paise {
        self.closing
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Its sums.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for line in &self.lines {
            let total = u128::from(line.total.0);
            if line.movement.flow.is_credit() {
                totals.credits += 1;
                totals.credited += total;
            } else {
                totals.debits += 1;
                totals.debited += total;
            }
            totals.fees += u128::from(line.movement.flow.fee().0);
        }
        totals
    }

    /// What the bank calls it: period and height, 27 to 35 characters. One account has no two of a name.
    pub fn number(&self) -> String {
        let Head { from, to, as_of, .. } = &self.head;
        format!("{from}/{to}/{as_of}").replace('-', "")
    }
}
