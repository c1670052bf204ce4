//! What reaches the desk.

use crate::pseudonym::{Identity, TagDay, TagKeys};
use crate::vault::{Credential, FlagId, Holder, LoginId, Mark};
use crate::{AccountNumber, FullName, Memo, Nickname, Secret32};
use idx_crypto::{Hash32, PublicKey, Signature};
use idx_types::wire::DeskGossip;
use idx_types::{
    AccountHandle, BankCode, BankId, ConsentId, Height, Idx, NetworkDay, Notice, Paise, Reason, ReceiverTag,
    SessionId, TimestampMs, Transaction, TxId,
};
use std::fmt;

/// One thing to decide about.
pub enum Input {
    /// A customer, or a clerk for one, asks. Authenticated by the shell. Owed: an answer by this token.
    Ask(u64, Ask),
    /// An intent of any bank's customer.
    Intent(Box<Transaction>),
    /// A bank or a customer says that an intent is over.
    Notice(Box<Notice>),
    /// What became of a transfer on its way through the network, and in which block, if in one.
    Fact(TxId, Fact, Option<Height>),
    /// A height is final: sessions may have come, times may be over.
    Height,
    /// The banks' key of tags has turned.
    TagKeys(TagKeys),
    /// The tags of a day, as [`Effect::PrepareTags`](super::Effect::PrepareTags) asked for.
    Tags(NetworkDay, TagDay),
}

impl From<DeskGossip> for Input {
    fn from(message: DeskGossip) -> Self {
        match message {
            DeskGossip::Intent(intent) => Self::Intent(intent),
            DeskGossip::Notice(notice) => Self::Notice(notice),
        }
    }
}

/// What customers ask for. `Debug` shows what is asked and not by whom.
pub enum Ask {
    /// Become a customer.
    Register {
        /// Who, with the IDX derived.
        identity: Identity,
        /// The name.
        name: FullName,
        /// How he will prove to be himself.
        credential: Credential,
        /// Whether his name is near one on a list that the bank watches; the shell has looked.
        is_listed: bool,
    },
    /// Open an account. Asked again before it is on the ledger, the opening is submitted again.
    OpenAccount {
        /// Whose.
        owner: Idx,
        /// The number it shall have.
        number: AccountNumber,
    },
    /// Keep somebody as a contact.
    AddContact {
        /// Whose contact.
        owner: Idx,
        /// What the owner calls him.
        nickname: Nickname,
        /// Who it is.
        idx: Idx,
    },
    /// Call a contact something else.
    RenameContact {
        /// Whose contact.
        owner: Idx,
        /// What the owner calls him.
        nickname: Nickname,
        /// What he shall be called.
        new: Nickname,
    },
    /// Forget a contact.
    RemoveContact {
        /// Whose contact.
        owner: Idx,
        /// What the owner calls him.
        nickname: Nickname,
    },
    /// Prove to be himself by something else from now on; ends all his logins.
    SetCredential {
        /// Who.
        owner: Idx,
        /// By what.
        credential: Credential,
    },
    /// Log in; whoever asks has proved to be the holder.
    LogIn {
        /// Who.
        holder: Holder,
        /// The time step of the good code that a customer with a second factor has shown.
        step: Option<u64>,
        /// What the login is called.
        id: LoginId,
        /// Digest of its first refresh token, if it can be prolonged.
        refresh: Option<Hash32>,
        /// When it ends.
        until: TimestampMs,
    },
    /// Prolong a login. A refresh token that was used before ends it.
    TurnLogin {
        /// Which.
        id: LoginId,
        /// Digest of the token that is shown.
        shown: Hash32,
        /// Digest of the one that is good from now on.
        next: Hash32,
        /// When the login ends.
        until: TimestampMs,
    },
    /// Log out.
    LogOut(LoginId),
    /// Forget of a person what the bank need not keep.
    Erase {
        /// Whom.
        owner: Idx,
        /// Transfers that ended before this are forgotten.
        keep_since: TimestampMs,
    },
    /// Have a second factor, asked for once it is confirmed.
    EnrollFactor {
        /// Who.
        owner: Idx,
        /// What his codes will be made with.
        secret: Secret32,
    },
    /// He has shown a good code: it is asked for from now on.
    ConfirmFactor {
        /// Who.
        owner: Idx,
        /// The code's time step.
        step: u64,
    },
    /// Have none any more.
    RemoveFactor {
        /// Who.
        owner: Idx,
        /// The time step of the good code he has shown; none if the operator does it for him.
        step: Option<u64>,
    },
    /// A clerk does something with an account; he is authenticated and allowed by the shell.
    Counter {
        /// The account.
        account: AccountHandle,
        /// What he does.
        what: Counter,
    },
    /// One of the bank's compliance people has looked at a flag.
    ClearFlag {
        /// Which.
        id: FlagId,
        /// Who; authenticated by the shell.
        by: String,
        /// What he found.
        note: String,
    },
    /// Open today's session of an account, ahead of its first payment. A customer who signs himself must,
    /// with the public half of a key that he has used in no other session: one key in two sessions would
    /// show everybody that they are one person's.
    OpenSession {
        /// Whose account.
        owner: Idx,
        /// The account.
        account: AccountHandle,
        /// The fresh key of a customer who signs himself.
        key: Option<PublicKey>,
    },
    /// Pay. A customer with an own key is answered with the intent to sign.
    Send {
        /// Who pays.
        sender: Idx,
        /// From which account.
        account: AccountHandle,
        /// Whom.
        to: Recipient,
        /// What the receiver shall get.
        amount: Paise,
        /// How long the receiver has to choose and the transfer to settle, milliseconds; as long as the
        /// ledger allows if left out. At least [`SEND_LIFE_MS_MIN`](super::SEND_LIFE_MS_MIN).
        life_ms: Option<u64>,
        /// What it is for, kept for the sender alone. Where he is answered with an intent to sign, he says it again with
        /// the signature.
        memo: Option<Memo>,
    },
    /// Pay, as a customer's file orders: once for ever, by its mark.
    Instruct {
        /// Which order it is, and what it orders.
        mark: Mark,
        /// Who pays.
        sender: Idx,
        /// From which account.
        account: AccountHandle,
        /// Whom.
        to: Recipient,
        /// What the receiver shall get.
        amount: Paise,
    },
    /// Pay by an intent that a customer with an own key signed: the signature is what authenticates him.
    SendSigned {
        /// Whom.
        to: Idx,
        /// The signed intent.
        intent: Box<Transaction>,
        /// What it is for, kept for the sender alone.
        memo: Option<Memo>,
    },
    /// Receive into an account.
    Accept {
        /// Who receives.
        receiver: Idx,
        /// What.
        id: TxId,
        /// Into which account.
        account: AccountHandle,
        /// By a customer with an own key, over the digest he was answered with.
        signature: Option<Signature>,
    },
    /// Say no.
    Reject {
        /// Who says no.
        receiver: Idx,
        /// To what.
        id: TxId,
    },
    /// Take back what nobody has accepted.
    Cancel {
        /// Who paid.
        sender: Idx,
        /// What.
        id: TxId,
        /// By a customer with an own key, over the digest he was answered with.
        signature: Option<Signature>,
    },
    /// Change rupees into a travel account. A customer with an own key is answered with a digest to sign.
    OpenTravel {
        /// Whose.
        owner: Idx,
        /// The rupee account that pays, and to which the money returns.
        source: AccountHandle,
        /// The number that the new account shall have.
        number: AccountNumber,
        /// With whom.
        foreign_bank: BankCode,
        /// Rupees that leave the source account.
        amount: Paise,
        /// The new account's last day.
        expires_on: NetworkDay,
    },
    /// Change a travel account's money back. A customer with an own key is answered as above.
    CloseTravel {
        /// Whose.
        owner: Idx,
        /// The travel account.
        account: AccountHandle,
    },
    /// The signature of a customer with an own key for one of the two above.
    SignTravel {
        /// Whose.
        owner: Idx,
        /// The transaction; the digest he was answered with is its id.
        id: TxId,
        /// Over that digest, by today's session key of the account that the transaction names.
        signature: Signature,
    },
    /// Let another bank be told what he has here.
    GiveConsent {
        /// Whose accounts.
        owner: Idx,
        /// The bank that may ask.
        to: BankCode,
        /// For how long: 1 to [`CONSENT_DAYS_MAX`](idx_types::CONSENT_DAYS_MAX).
        days: u32,
        /// By a customer with an own key, over [`Consent::own_word`](idx_types::Consent::own_word).
        own_signature: Option<Signature>,
    },
    /// Let it be told no more.
    WithdrawConsent {
        /// Who says so.
        owner: Idx,
        /// Which consent.
        id: ConsentId,
    },
    /// Another bank, which the shell has authenticated, asks what a customer has here.
    TellBank {
        /// That bank.
        asker: BankId,
        /// The customer, by his tag of the day.
        tag: ReceiverTag,
    },
    /// Any of these, carried out once however often it comes with this mark, for a day. Not for logins:
    /// their secrets are not kept.
    Once(Mark, Box<Self>),
}

/// What a clerk does with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Cash comes in.
    Deposit(Paise),
    /// Cash goes out, of what is not held for open transfers.
    Withdraw(Paise),
    /// The account stands still, for a reason of the bank's own numbering.
    Freeze(u16),
    /// It moves again.
    Unfreeze,
}

/// Whom to pay.
#[derive(Debug, Clone)]
pub enum Recipient {
    /// By what the sender calls him.
    Contact(Nickname),
    /// By IDX.
    Idx(Idx),
}

/// What became of a transfer on its way through the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Accepted by its receiver and in the pool.
    Pending,
    /// In a mined block.
    Mined,
    /// Settled.
    Completed {
        /// The session that received.
        to: SessionId,
    },
    /// It will never settle.
    Failed(Reason),
    /// Back in the pool.
    Deferred,
}

impl Fact {
    /// Why it will never settle, if it will not.
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Failed(reason) => Some(reason),
            _ => None,
        }
    }
}

impl Ask {
    /// Stable name, for logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Register { .. } => "register",
            Self::OpenAccount { .. } => "open_account",
            Self::AddContact { .. } => "add_contact",
            Self::RemoveContact { .. } => "remove_contact",
            Self::RenameContact { .. } => "rename_contact",
            Self::SetCredential { .. } => "set_credential",
            Self::LogIn { .. } => "log_in",
            Self::TurnLogin { .. } => "turn_login",
            Self::LogOut(_) => "log_out",
            Self::Erase { .. } => "erase",
            Self::EnrollFactor { .. } => "enroll_factor",
            Self::ConfirmFactor { .. } => "confirm_factor",
            Self::RemoveFactor { .. } => "remove_factor",
            Self::Counter { .. } => "counter",
            Self::ClearFlag { .. } => "clear_flag",
            Self::OpenSession { .. } => "open_session",
            Self::Send { .. } => "send",
            Self::Instruct { .. } => "instruct",
            Self::SendSigned { .. } => "send_signed",
            Self::Accept { .. } => "accept",
            Self::Reject { .. } => "reject",
            Self::Cancel { .. } => "cancel",
            Self::OpenTravel { .. } => "open_travel",
            Self::CloseTravel { .. } => "close_travel",
            Self::SignTravel { .. } => "sign_travel",
            Self::GiveConsent { .. } => "give_consent",
            Self::WithdrawConsent { .. } => "withdraw_consent",
            Self::TellBank { .. } => "tell_bank",
            Self::Once(_, ask) => ask.name(),
        }
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ask({})", self.name())
    }
}
