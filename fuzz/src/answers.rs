//! A node's answers as a client reads them: any JSON is refused or understood, and what is understood
//! means the same when it is written and read again.

use idx_client::encoding::{BlockTag, Bytes};
use idx_client::views::{
    AccountView, ApprovalsView, AuditTrailView, BankView, BlockView, ChangeView, CommitCertificateView,
    ConsensusView, Cursor, EscrowView, EventView, EvidenceRecordView, FeeQuoteView, ForeignBankView,
    ForexRatesView, HeaderView, JudgeView, MempoolView, NodeInfoView, OrderFileView, OrderPageView, Page,
    ParametersView, PeerView, PrivateHeaderView, ProposalView, ReaderView, ReceiptView, SendResultView,
    SyncingView, TotalsView, TransactionFilter, TransactionProofView, TransactionView, TxKindView,
    ValidatorSetView,
};
use serde::{Serialize, de::DeserializeOwned};

/// Reads JSON as one view; answers whether it could.
type Reader = fn(&[u8]) -> bool;

const READERS: &[Reader] = &[
    read::<AccountView>,
    read::<ApprovalsView>,
    read::<BankView>,
    read::<BlockView>,
    read::<ChangeView>,
    read::<CommitCertificateView>,
    read::<ConsensusView>,
    read::<EventView>,
    read::<EvidenceRecordView>,
    read::<FeeQuoteView>,
    read::<HeaderView>,
    read::<MempoolView>,
    read::<NodeInfoView>,
    read::<Page<Cursor>>,
    read::<ParametersView>,
    read::<PeerView>,
    read::<PrivateHeaderView>,
    read::<ProposalView>,
    read::<ReceiptView>,
    read::<SendResultView>,
    read::<SyncingView>,
    read::<TotalsView>,
    read::<TransactionFilter>,
    read::<TransactionProofView>,
    read::<TransactionView>,
    read::<TxKindView>,
    read::<ValidatorSetView>,
    read::<BlockTag>,
    read::<Bytes>,
    read::<EscrowView>,
    read::<AuditTrailView>,
    read::<JudgeView>,
    read::<OrderFileView>,
    read::<OrderPageView>,
    read::<ReaderView>,
    read::<ForexRatesView>,
    read::<Vec<ForeignBankView>>,
];

/// The first byte picks the view.
pub fn answers(data: &[u8]) {
    if let Some((pick, json)) = data.split_first() {
        READERS[usize::from(*pick) % READERS.len()](json);
    }
}

/// The numbers of the views that understand this.
pub(crate) fn understood(json: &[u8]) -> Vec<usize> {
    (0..READERS.len()).filter(|reader| READERS[*reader](json)).collect()
}

fn read<T: Serialize + DeserializeOwned>(json: &[u8]) -> bool {
    let Ok(view) = serde_json::from_slice::<T>(json) else { return false };
    let text = serde_json::to_string(&view).expect("views are plain data");
    let again: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let twice = serde_json::to_string(&again).expect("views are plain data");
    assert_eq!(text, twice, "what is written means what was read");
    true
}
