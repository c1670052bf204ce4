//! Bells: a customer's listeners wait at his, and the desk rings it when there are news of him.

use idx_types::Idx;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The bells of all customers who are listened to now. A bell says nothing but that there may be news:
/// ringing costs the desk a look into a map, and never a wait.
#[derive(Debug, Default)]
pub struct Bells {
    /// As many as there are listeners at most.
    hung: Mutex<BTreeMap<Idx, watch::Sender<u64>>>,
}

/// A place at a customer's bell.
#[derive(Debug)]
pub struct Bell {
    rings: watch::Receiver<u64>,
    who: Idx,
    bells: Arc<Bells>,
}

impl Bells {
    /// A place at the bell of a customer: it hears every ring from now on, several at once as one.
    pub fn listen(self: &Arc<Self>, who: Idx) -> Bell {
        let rings = self.hung().entry(who).or_default().subscribe();
        Bell { rings, who, bells: Arc::clone(self) }
    }

    /// Rings for a customer. Never waits.
    pub fn ring(&self, who: &Idx) {
        if let Some(bell) = self.hung().get(who) {
            bell.send_modify(|rings| *rings = rings.wrapping_add(1));
        }
    }

    /// How many customers are listened to.
    pub fn len(&self) -> usize {
        self.hung().len()
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn hung(&self) -> MutexGuard<'_, BTreeMap<Idx, watch::Sender<u64>>> {
        self.hung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bell {
    /// Returns when it was rung since the last time.
    pub async fn rung(&mut self) {
        // The sender is in the map as long as this place is held.
        if self.rings.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        let mut hung = self.bells.hung();
        if hung.get(&self.who).is_some_and(|bell| bell.receiver_count() <= 1) {
            hung.remove(&self.who);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ring_is_heard_by_its_customer_s_listeners_and_kept_for_the_busy() {
        let bells = Arc::new(Bells::default());
        let (asha, bilal) = (Idx([1; 32]), Idx([2; 32]));
        let (mut first, mut second) = (bells.listen(asha), bells.listen(asha));
        let mut other = bells.listen(bilal);
        bells.ring(&asha);
        bells.ring(&asha);
        first.rung().await;
        second.rung().await;
        assert!(futures::FutureExt::now_or_never(first.rung()).is_none(), "two rings at once are one");
        assert!(futures::FutureExt::now_or_never(other.rung()).is_none());
        drop(first);
        bells.ring(&asha);
        second.rung().await;
        assert_eq!(bells.len(), 2);
        drop((second, other));
        assert!(bells.is_empty(), "nobody listens, nothing is kept");
        bells.ring(&asha);
    }
}
