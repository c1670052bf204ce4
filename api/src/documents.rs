//! A signed document of an account: made for customers and for clerks alike.

use crate::statements::NoStatement;
use crate::teller::Teller;
use idx_bank::statement::{Format, Statement, StatementSeal, account_digest};
use idx_bank::vault::BankAccount;
use idx_crypto::sha256;
use idx_types::{ChainId, Height, NetworkDay, Signed};

/// Days of one statement: a leap year.
pub(crate) const DAYS_MAX: u32 = 366;

/// What a statement is made from.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// First and last.
    pub days: (NetworkDay, NetworkDay),
    pub format: Format,
    /// Of what was final then; of the newest if there is none.
    pub as_of: Option<Height>,
}

impl Wanted {
    /// Whether the days are a period that a statement can have.
    pub(crate) fn is_sound(days: (NetworkDay, NetworkDay)) -> bool {
        days.0 <= days.1 && days.1.0 - days.0.0 < DAYS_MAX
    }
}

/// A statement that was made.
pub(crate) struct Made {
    pub statement: Statement,
    pub bytes: Vec<u8>,
    pub sealed: Signed<StatementSeal>,
}

/// Makes a statement and signs it; for a blocking thread.
///
/// # Errors
/// [`NoStatement`].
pub(crate) fn make(
    teller: &dyn Teller,
    chain_id: ChainId,
    account: &BankAccount,
    Wanted { days, format, as_of }: Wanted,
) -> Result<Made, NoStatement> {
    let statement = teller.statement(account, days, as_of)?;
    let bytes = statement.write(format);
    let head = statement.head();
    let seal = StatementSeal {
        chain_id,
        bank: teller.bank_id(),
        height: head.as_of,
        account: account_digest(&head.account),
        from: head.from,
        to: head.to,
        format,
        content: sha256(&bytes),
    };
    Ok(Made { sealed: teller.seal(seal)?, statement, bytes })
}

/// A name for the file.
pub(crate) fn file_name((from, to): (NetworkDay, NetworkDay), format: Format) -> String {
    format!("statement_{from}_to_{to}.{}", format.extension())
}
