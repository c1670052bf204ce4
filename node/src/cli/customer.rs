//! `idx-node customer`: what a clerk of the bank does for customers who stand before him.

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::output::{Output, json as text_of, say, table};
use super::span::Span;
use super::testnet::block_on;
use crate::admin::{Admin, AdminError};
use crate::home;
use clap::Subcommand;
use idx_client::encoding::{Hex, Time};
use idx_client::views::{
    ContactView, CustomerTransferView, Direction, ErasedView, OpeningView, PersonView, StandingView,
};
use idx_types::{Idx, TxId};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::PathBuf;

const HELP: &str = "\
The node of the home must run; the commands speak to its own socket, which only its user can open.
A person's papers are read from a file, so that they never stand on a command line:
  {\"panCard\": \"ABCDE1234F\", \"rbiNumber\": \"ASHA01\", \"fullName\": \"Asha Rao\"}

Examples:
  idx-node customer --home hdfc register asha.json
  idx-node customer --home hdfc open-account IDX_...
  idx-node customer --home hdfc deposit 501234567890 5000.00
  idx-node customer --home hdfc send IDX_... 501234567890 250.00 --contact Bilal
  idx-node customer --home icici accept IDX_... 0x... 509876543210";

/// A clerk's work for the bank's customers.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Customer {
    #[command(flatten)]
    home: HomeArg,
    /// How to print.
    #[arg(long, value_enum, default_value_t, global = true)]
    output: Output,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a person a customer; prints the IDX.
    Register {
        /// The person's papers, JSON.
        file: PathBuf,
    },
    /// Open an account.
    OpenAccount {
        /// The customer.
        idx: String,
        /// The number it shall have; made if left out.
        #[arg(long)]
        number: Option<String>,
    },
    /// A customer's accounts.
    Accounts {
        /// The customer.
        idx: String,
    },
    /// Pay cash into an account.
    Deposit {
        /// The account.
        number: String,
        /// Rupees.
        amount: String,
    },
    /// Pay cash out of an account.
    Withdraw {
        /// The account.
        number: String,
        /// Rupees.
        amount: String,
    },
    /// Let an account stand still.
    Freeze {
        /// The account.
        number: String,
        /// The bank's own number of the reason.
        #[arg(long, default_value_t = 0)]
        reason: u16,
    },
    /// Let it move again.
    Unfreeze {
        /// The account.
        number: String,
    },
    /// Print all that the bank keeps of a person, for the person.
    Export {
        /// The customer.
        idx: String,
    },
    /// Forget of a person what the law does not oblige the bank to keep; says what stays. Refused while there
    /// is money, or a transfer under way.
    Erase {
        /// The customer.
        idx: String,
    },
    /// Keep somebody as a contact.
    AddContact {
        /// The customer.
        idx: String,
        /// What he calls the contact.
        nickname: String,
        /// Who the contact is.
        contact: String,
    },
    /// Forget a contact.
    RemoveContact {
        /// The customer.
        idx: String,
        /// The contact.
        nickname: String,
    },
    /// Whom a customer pays.
    Contacts {
        /// The customer.
        idx: String,
    },
    /// Pay; prints the transfer's id.
    Send {
        /// The customer.
        idx: String,
        /// From which account.
        number: String,
        /// Rupees.
        amount: String,
        /// To a contact.
        #[arg(long, required_unless_present = "to", conflicts_with = "to")]
        contact: Option<String>,
        /// To an IDX.
        #[arg(long)]
        to: Option<String>,
        /// How long the receiver has to choose and the payment to settle, for example 90m [default: as long
        /// as the network allows].
        #[arg(long, value_name = "SPAN")]
        valid_for: Option<Span>,
    },
    /// What a customer sent and was sent.
    Transfers {
        /// The customer.
        idx: String,
    },
    /// Receive a transfer into an account.
    Accept {
        /// The customer.
        idx: String,
        /// The transfer.
        id: String,
        /// Into which account.
        number: String,
    },
    /// Say no to a transfer.
    Reject {
        /// The customer.
        idx: String,
        /// The transfer.
        id: String,
    },
    /// Take back a transfer that nobody has accepted.
    Cancel {
        /// The customer.
        idx: String,
        /// The transfer.
        id: String,
    },
}

impl Customer {
    pub(super) fn run(self) -> Done {
        let clerk = Clerk { admin: Admin::of(&self.home.home()), output: self.output };
        block_on(clerk.serve(self.verb))
    }
}

struct Clerk {
    admin: Admin,
    output: Output,
}

impl Clerk {
    async fn serve(&self, verb: Verb) -> Done {
        match verb {
            Verb::Register { file } => self.print_text::<Idx>("admin_registerCustomer", papers(&file)?).await,
            Verb::OpenAccount { idx, number } => {
                let opening: OpeningView =
                    self.call("admin_openAccount", json!({"idx": idx, "number": number})).await?;
                self.output.print(&opening, |opening| {
                    format!("account {} (opening transaction {})", opening.number, hex_of(&opening.tx))
                });
                Ok(())
            }
            Verb::Accounts { idx } => {
                let accounts: Vec<StandingView> = self.call("admin_accounts", json!({"idx": idx})).await?;
                self.output.print(&accounts, |accounts| accounts_table(accounts));
                Ok(())
            }
            Verb::Deposit { number, amount } => {
                self.print_id("admin_deposit", json!({"number": number, "amount": amount})).await
            }
            Verb::Withdraw { number, amount } => {
                self.print_id("admin_withdraw", json!({"number": number, "amount": amount})).await
            }
            Verb::Freeze { number, reason } => {
                self.print_id("admin_freeze", json!({"number": number, "reason": reason})).await
            }
            Verb::Unfreeze { number } => self.print_id("admin_unfreeze", json!({"number": number})).await,
            Verb::Export { idx } => {
                say(&text_of(&self.call::<PersonView>("admin_exportPerson", json!({"idx": idx})).await?));
                Ok(())
            }
            Verb::Erase { idx } => {
                let erased: ErasedView = self.call("admin_erasePerson", json!({"idx": idx})).await?;
                self.output.print(&erased, erased_text);
                Ok(())
            }
            other => self.serve_transfers(other).await,
        }
    }

    async fn serve_transfers(&self, verb: Verb) -> Done {
        match verb {
            Verb::AddContact { idx, nickname, contact } => {
                let ask = json!({"idx": idx, "nickname": nickname, "contact": contact});
                self.call::<bool>("admin_addContact", ask).await.map(drop)
            }
            Verb::RemoveContact { idx, nickname } => {
                let ask = json!({"idx": idx, "nickname": nickname});
                self.call::<bool>("admin_removeContact", ask).await.map(drop)
            }
            Verb::Contacts { idx } => {
                let contacts: Vec<ContactView> = self.call("admin_contacts", json!({"idx": idx})).await?;
                let rows = |contact: &ContactView| [contact.nickname.clone(), contact.idx.to_string()];
                self.output.print(&contacts, |all| table(["nickname", "IDX"], all.iter().map(rows)));
                Ok(())
            }
            Verb::Send { idx, number, amount, contact, to, valid_for } => {
                let ask = json!({
                    "idx": idx, "number": number, "amount": amount, "nickname": contact, "to": to,
                    "validForMs": valid_for.map(|span| span.0),
                });
                self.print_id("admin_send", ask).await
            }
            Verb::Transfers { idx } => {
                let all: Vec<CustomerTransferView> =
                    self.call("admin_transfers", json!({"idx": idx})).await?;
                self.output.print(&all, |all| transfers_table(all));
                Ok(())
            }
            Verb::Accept { idx, id, number } => {
                self.print_id("admin_accept", json!({"idx": idx, "id": id, "number": number})).await
            }
            Verb::Reject { idx, id } => self.print_id("admin_reject", json!({"idx": idx, "id": id})).await,
            Verb::Cancel { idx, id } => self.print_id("admin_cancel", json!({"idx": idx, "id": id})).await,
            _ => Ok(()),
        }
    }

    async fn call<R: DeserializeOwned>(&self, method: &str, params: Value) -> Result<R, Failure> {
        self.admin.call(method, params).await.map_err(refused)
    }

    async fn print_id(&self, method: &str, params: Value) -> Done {
        let id: Hex<TxId> = self.call(method, params).await?;
        self.output.print(&id, hex_of);
        Ok(())
    }

    async fn print_text<T: DeserializeOwned + ToString>(&self, method: &str, params: Value) -> Done {
        let value: T = self.call(method, params).await?;
        say(&value.to_string());
        Ok(())
    }
}

fn erased_text(erased: &ErasedView) -> String {
    let ErasedView { contacts, transfers, transfers_kept, kept_since, stays } = erased;
    let gone = format!("forgotten: {contacts} contacts, {transfers} transfers, password and logins");
    let kept = format!("stays: {transfers_kept} transfers, as all that ended after {kept_since}");
    [vec![gone, kept], stays.iter().map(|what| format!("stays: {what}")).collect()].concat().join("\n")
}

/// How a command ends that got no answer.
pub(super) fn refused(error: AdminError) -> Failure {
    let exit = match error {
        AdminError::Unreachable { .. } => Exit::Unreachable,
        AdminError::Broken(_) => Exit::Failed,
        AdminError::Refused { .. } => Exit::Refused,
    };
    Failure::of(exit, error)
}

fn papers(file: &std::path::Path) -> Result<Value, Failure> {
    let text = home::read_secret(file, "write the person's papers there; see --help")?;
    serde_json::from_str(&text).map_err(|error| {
        let text = format!("{}: line {}: no such papers; see --help", file.display(), error.line());
        Failure::say(Exit::Refused, text)
    })
}

fn hex_of(id: &Hex<TxId>) -> String {
    format!("0x{}", hex::encode(id.0.0))
}

fn accounts_table(accounts: &[StandingView]) -> String {
    let row = |account: &StandingView| {
        let state = format!("{:?}", account.state).to_lowercase();
        [account.number.clone(), account.balance.to_string(), account.held.to_string(), state]
    };
    table(["number", "balance", "held", "state"], accounts.iter().map(row))
}

fn transfers_table(transfers: &[CustomerTransferView]) -> String {
    let row = |transfer: &CustomerTransferView| {
        let direction = match transfer.direction {
            Direction::Sent => "sent",
            Direction::Received => "received",
        };
        let since = transfer.history.last().map_or(String::new(), |(_, at): &(String, Time)| at.to_string());
        let (amount, fee) = (transfer.amount.to_string(), transfer.fee.to_string());
        [hex_of(&transfer.id), direction.to_owned(), amount, fee, transfer.status.clone(), since]
    };
    table(["id", "direction", "amount", "fee", "status", "since"], transfers.iter().map(row))
}
