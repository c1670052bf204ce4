//! Finds a place in a list by a 32-byte key that the list itself holds.
//!
//! The table keeps no copy of a key, only its hash and its place: 17 bytes an entry where a map from
//! keys would take 41, and one cache miss fewer a lookup. It is never iterated, so its order cannot
//! reach a result. The hash is the standard library's randomly seeded SipHash: banks choose handles and
//! session ids, and under a known hash they could craft collisions.

use hashbrown::HashTable;
use std::hash::{BuildHasher, RandomState};

/// The 32 bytes by which something is found.
pub(crate) type Key = [u8; 32];

/// Places of keys in a list.
#[derive(Default)]
pub(crate) struct KeyIndex {
    slots: HashTable<Slot>,
    seed: RandomState,
}

/// The whole hash is kept, so that growing the table does not read the list.
struct Slot {
    hash: u64,
    place: u64,
}

impl KeyIndex {
    /// Where a key is; `key_at` reads the key at a place of the list.
    pub fn find<'a>(&self, key: &Key, key_at: impl Fn(u64) -> Option<&'a Key>) -> Option<u64> {
        let hash = self.seed.hash_one(key);
        let found = self.slots.find(hash, |slot| slot.hash == hash && key_at(slot.place) == Some(key));
        found.map(|slot| slot.place)
    }

    /// Adds a key that is not there.
    pub fn insert(&mut self, key: &Key, place: u64) {
        let hash = self.seed.hash_one(key);
        self.slots.insert_unique(hash, Slot { hash, place }, |slot| slot.hash);
    }

    /// Makes room for so many more keys.
    pub fn reserve(&mut self, more: usize) {
        self.slots.reserve(more, |slot| slot.hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_key_at_its_place_and_no_other() {
        let keys: Vec<Key> = (0..2_000u64).map(|n| idx_crypto::sha256(&n.to_le_bytes()).0).collect();
        let key_at = |place: u64| keys.get(place as usize);
        let mut index = KeyIndex::default();
        for (place, key) in (0u64..).zip(&keys) {
            assert_eq!(index.find(key, key_at), None);
            index.insert(key, place);
        }
        for (place, key) in (0u64..).zip(&keys) {
            assert_eq!(index.find(key, key_at), Some(place));
        }
        assert_eq!(index.find(&[7; 32], key_at), None);
    }
}
