//! Questions of the bank's own side to other banks: whose answers they wait for. They share the way of
//! the mind's requests and are told from those by their numbers.

use idx_p2p::RequestId;
use idx_types::NetworkKey;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Their first number. The mind counts its own requests from 1 and does not come here.
const FIRST: u64 = 1 << 63;

/// Questions that wait for their answers at a time.
const WAITING_MAX: usize = 1_024;

/// Who waits for what.
#[derive(Default)]
pub struct Inquiries {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    asked: u64,
    waiting: BTreeMap<u64, (NetworkKey, oneshot::Sender<Vec<u8>>)>,
}

/// One question; whoever drops it does not wait any more.
pub struct Inquiry {
    all: Arc<Inquiries>,
    id: u64,
    answer: oneshot::Receiver<Vec<u8>>,
}

impl Inquiries {
    /// A question to a bank; `None` if too many wait.
    pub fn open(self: &Arc<Self>, to: NetworkKey) -> Option<Inquiry> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.waiting.len() >= WAITING_MAX {
            return None;
        }
        let id = FIRST + open.asked;
        open.asked = (open.asked + 1) % FIRST;
        let (send, answer) = oneshot::channel();
        open.waiting.insert(id, (to, send));
        Some(Inquiry { all: self.clone(), id, answer })
    }

    /// Whether a request is one of these, and not the mind's.
    pub const fn is_own(request: RequestId) -> bool {
        request.0 >= FIRST
    }

    /// Hands an answer, or that there is none, to who waits. One that comes late, or from somebody else, is
    /// dropped.
    pub fn settle(&self, from: NetworkKey, request: RequestId, answer: Option<Vec<u8>>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_of_asked = open.waiting.get(&request.0).is_some_and(|(asked, _)| *asked == from);
        if let Some((_, waits)) = is_of_asked.then(|| open.waiting.remove(&request.0)).flatten()
            && let Some(answer) = answer
        {
            // Who does not wait any more is not told.
            drop(waits.send(answer));
        }
    }
}

impl Inquiry {
    /// Its number.
    pub const fn id(&self) -> RequestId {
        RequestId(self.id)
    }

    /// The bytes of the answer; `None` if there will be none.
    pub async fn answer(&mut self) -> Option<Vec<u8>> {
        (&mut self.answer).await.ok()
    }
}

impl Drop for Inquiry {
    fn drop(&mut self) {
        self.all.open.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SBI: NetworkKey = NetworkKey([1; 32]);
    const AXIS: NetworkKey = NetworkKey([2; 32]);

    #[tokio::test]
    async fn each_answer_reaches_who_asked_that_bank_and_nobody_else() {
        let all = Arc::new(Inquiries::default());
        let [mut first, mut second] = [all.open(SBI).unwrap(), all.open(AXIS).unwrap()];
        assert!(Inquiries::is_own(first.id()) && !Inquiries::is_own(RequestId(1)), "the mind counts from 1");
        for (from, request, answer) in [
            (SBI, RequestId(1), Some(vec![7])),
            (AXIS, first.id(), Some(vec![8])),
            (SBI, first.id(), Some(vec![1])),
            (SBI, first.id(), Some(vec![9])),
            (AXIS, second.id(), None),
        ] {
            all.settle(from, request, answer);
        }
        assert_eq!((first.answer().await, second.answer().await), (Some(vec![1]), None));
    }

    #[test]
    fn who_waits_no_more_takes_no_room() {
        let all = Arc::new(Inquiries::default());
        let waiting: Vec<Inquiry> = (0..WAITING_MAX).map(|_| all.open(SBI).unwrap()).collect();
        assert!(all.open(SBI).is_none());
        let late = waiting[0].id();
        drop(waiting);
        assert!(all.open(SBI).is_some());
        all.settle(SBI, late, Some(vec![1]));
    }
}
