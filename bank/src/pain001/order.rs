//! The rules of this network for one transfer of a file.

use super::file::{CreditTransfer, Initiation};
use crate::desk::Recipient;
use crate::vault::Mark;
use crate::{AccountNumber, Nickname};
use idx_crypto::hash_borsh;
use idx_types::{Idx, NetworkDay, Paise};
use std::fmt;

/// How every IDX begins.
const IDX_PREFIX: &str = "IDX_";

/// A transfer that this network can make.
pub struct Order {
    /// Whom to pay.
    pub to: Recipient,
    /// What the receiver shall get.
    pub amount: Paise,
    /// Which order it is: message and end-to-end id; and what it orders.
    pub mark: Mark,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Order(****)")
    }
}

/// Declares [`LineFault`] with its stable code and sentence.
macro_rules! line_faults {
    ($($name:ident = $code:literal, $sentence:literal;)*) => {
        /// Why a transfer of a sound file is not made. Codes are stable.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum LineFault { $(#[doc = $sentence] $name,)* }

        impl LineFault {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub const fn code(self) -> &'static str { match self { $(Self::$name => $code,)* } }

            /// One sentence for people.
            pub const fn sentence(self) -> &'static str { match self { $(Self::$name => $sentence,)* } }
        }
    };
}

line_faults! {
    Method = "NOT_A_TRANSFER", "PmtMtd is not TRF: only credit transfers are made.";
    Debtor = "OTHER_DEBTOR_ACCOUNT", "DbtrAcct/Id/Othr/Id is not the number of the account that pays.";
    Repeated = "END_TO_END_ID_REPEATED", "An earlier transfer of this file has the same EndToEndId.";
    Currency = "CURRENCY_NOT_SERVED", "The amount is not an InstdAmt in INR.";
    Amount = "AMOUNT_NOT_PAYABLE", "The amount is zero, has more than two places or is too large.";
    Date = "EXECUTION_DATE", "ReqdExctnDt is no date or is after today: bring the file on its day.";
    Recipient = "RECIPIENT_MISSING", "Neither an IDX in CdtrAcct nor a name of 1 to 40 characters in Cdtr/Nm.";
}

impl Initiation {
    /// What a transfer of this file orders, from an account on a day.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn order(
        &self,
        transfer: &CreditTransfer,
        account: &AccountNumber,
        today: NetworkDay,
    ) -> Result<Order, LineFault> {
        if transfer.method != "TRF" {
            return Err(LineFault::Method);
        }
        if transfer.debtor_account.as_deref() != Some(account.expose()) {
            return Err(LineFault::Debtor);
        }
        if transfer.is_repeated {
            return Err(LineFault::Repeated);
        }
        if transfer.currency.as_deref() != Some("INR") {
            return Err(LineFault::Currency);
        }
        let amount = transfer.value().and_then(|value| value.minor()).filter(|amount| *amount > Paise::ZERO);
        let amount = amount.ok_or(LineFault::Amount)?;
        if !is_due(transfer, today) {
            return Err(LineFault::Date);
        }
        let to = recipient(transfer).ok_or(LineFault::Recipient)?;
        let mark = self.mark(transfer, account, &to, amount);
        Ok(Order { to, amount, mark })
    }

    fn mark(
        &self,
        transfer: &CreditTransfer,
        account: &AccountNumber,
        to: &Recipient,
        amount: Paise,
    ) -> Mark {
        let to = match to {
            Recipient::Idx(idx) => idx.to_string(),
            Recipient::Contact(nickname) => nickname.expose().to_lowercase(),
        };
        Mark {
            key: hash_borsh("idx/pain001/order/1", &(&self.message_id, &transfer.end_to_end_id)),
            request: hash_borsh("idx/pain001/request/1", &(account.expose(), to, amount)),
        }
    }
}

/// Whether the day on which the transfer shall be made has come.
fn is_due(transfer: &CreditTransfer, today: NetworkDay) -> bool {
    let day = transfer.execution.as_deref().and_then(|text| text.get(..10));
    day.and_then(|day| day.parse::<NetworkDay>().ok()).is_some_and(|day| day <= today)
}

fn recipient(transfer: &CreditTransfer) -> Option<Recipient> {
    let mut named = transfer.creditor_account.iter().flatten();
    if let Some(idx) = named.find(|text| text.starts_with(IDX_PREFIX)) {
        return idx.parse::<Idx>().ok().map(Recipient::Idx);
    }
    let name = transfer.creditor.as_deref()?;
    if name.starts_with(IDX_PREFIX) {
        return name.parse::<Idx>().ok().map(Recipient::Idx);
    }
    name.parse::<Nickname>().ok().map(Recipient::Contact)
}
