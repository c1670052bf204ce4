//! The trees against the recursive definition of RFC 6962, and proofs in hostile hands.

use super::*;
use borsh::BorshDeserialize;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Section 2.1 word for word: split at the largest power of two below the size.
fn rfc6962_root(leaves: &[Hash32]) -> Hash32 {
    match leaves {
        [] => Hash32::ZERO,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&rfc6962_root(left), &rfc6962_root(right))
        }
    }
}

/// Section 2.1.1 word for word: the path of leaf `index`, siblings from the leaf upwards.
fn rfc6962_path(leaves: &[Hash32], index: usize) -> Vec<Hash32> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, sibling) = if index < left.len() {
        (rfc6962_path(left, index), rfc6962_root(right))
    } else {
        (rfc6962_path(right, index - left.len()), rfc6962_root(left))
    };
    path.push(sibling);
    path
}

fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

fn leaf(n: u64) -> Hash32 {
    leaf_hash(&n.to_le_bytes())
}

fn leaves(count: u64) -> Vec<Hash32> {
    (0..count).map(leaf).collect()
}

#[test]
fn every_size_has_the_root_and_the_paths_of_the_rfc() {
    for count in 0..70 {
        let list = leaves(count);
        let tree = DenseTree::from_leaves(list.clone());
        assert_eq!(tree.root(), rfc6962_root(&list), "{count} leaves");
        assert_eq!(tree.root(), root_of(&list), "{count} leaves");
        for index in 0..count {
            let proof = tree.proof(index).unwrap();
            assert_eq!(proof.path, rfc6962_path(&list, index as usize), "leaf {index} of {count}");
            assert_eq!(proof.verify(&leaf(index), &tree.root()), Ok(()));
            assert_eq!(proof.verify_counted(&leaf(index), &tree.counted_root()), Ok(()));
            assert_eq!(Some(proof), proof_of(&list, index));
        }
        assert_eq!(tree.proof(count), None);
        assert_eq!(tree.leaf(count), None);
    }
}

/// Roots published with the reference implementation of certificate transparency.
#[test]
fn roots_of_the_reference_implementation() {
    let inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"];
    let list: Vec<Hash32> = inputs.map(|text| leaf_hash(&hex::decode(text).unwrap())).to_vec();
    for (count, root) in [
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        (6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ] {
        assert_eq!(root_of(&list[..count]).to_string(), root, "{count} leaves");
    }
}

#[test]
fn an_update_changes_nothing_until_it_is_applied() {
    let mut tree = DenseTree::from_leaves(leaves(5));
    let before = tree.clone();
    let update = tree.update(&BTreeMap::from([(1, leaf(90)), (5, leaf(91)), (6, leaf(92))])).unwrap();
    assert_eq!(tree, before);
    let list = [leaf(0), leaf(90), leaf(2), leaf(3), leaf(4), leaf(91), leaf(92)];
    assert_eq!((update.leaves(), update.root()), (7, root_of(&list)));
    let counted = update.counted_root();
    tree.apply(update);
    assert_eq!(tree, DenseTree::from_leaves(list.to_vec()));
    assert_eq!(tree.counted_root(), counted);
}

#[test]
fn a_gap_is_refused_and_named() {
    for (count, places, next, got) in
        [(0, vec![1], 0, 1), (5, vec![6], 5, 6), (5, vec![2, 5, 7], 6, 7), (1, vec![u64::MAX], 1, u64::MAX)]
    {
        let tree = DenseTree::from_leaves(leaves(count));
        let changed = places.into_iter().map(|place| (place, leaf(place))).collect();
        assert_eq!(tree.update(&changed), Err(SparseAppend { next, got }), "{count} leaves");
    }
}

#[test]
fn an_update_of_nothing_keeps_even_the_empty_tree() {
    for count in 0..9 {
        let mut tree = DenseTree::from_leaves(leaves(count));
        let update = tree.update(&BTreeMap::new()).unwrap();
        assert_eq!(update.root(), tree.root());
        tree.apply(update);
        assert_eq!(tree, DenseTree::from_leaves(leaves(count)));
    }
}

#[test]
#[should_panic(expected = "belongs to the tree it came from")]
fn a_stale_update_is_a_fault_of_the_program() {
    let mut tree = DenseTree::from_leaves(leaves(4));
    let stale = tree.update(&BTreeMap::from([(0, leaf(7))])).unwrap();
    let other = tree.update(&BTreeMap::from([(1, leaf(8))])).unwrap();
    tree.apply(other);
    tree.apply(stale);
}

/// Faults 17 and 18: whatever index and count a hostile proof claims, a counted root refuses it.
#[test]
fn no_other_place_and_no_other_count_verify() {
    for count in 1..20 {
        let tree = DenseTree::from_leaves(leaves(count));
        for index in 0..count {
            let honest = tree.proof(index).unwrap();
            for (claimed, of) in (0..24).flat_map(|i| (0..24).map(move |n| (i, n))) {
                let proof = Proof { index: claimed, leaves: of, ..honest.clone() };
                let holds = proof.verify_counted(&leaf(index), &tree.counted_root()).is_ok();
                assert_eq!(holds, (claimed, of) == (index, count), "{claimed} of {of}");
            }
        }
    }
}

/// What a plain root does and does not bind; the reason why [`counted_root`] exists.
#[test]
fn a_plain_root_binds_place_only_within_a_known_count() {
    for count in 1..40 {
        let tree = DenseTree::from_leaves(leaves(count));
        for (index, claimed) in (0..count).flat_map(|i| (0..count).map(move |c| (i, c))) {
            let proof = Proof { index: claimed, ..tree.proof(index).unwrap() };
            assert_eq!(proof.verify(&leaf(index), &tree.root()).is_ok(), claimed == index);
        }
    }
    let tree = DenseTree::from_leaves(leaves(3));
    let moved = Proof { index: 1, leaves: 2, ..tree.proof(2).unwrap() };
    assert_eq!(moved.verify(&leaf(2), &tree.root()), Ok(()));
    assert!(moved.verify_counted(&leaf(2), &tree.counted_root()).is_err());
}

#[test]
fn bent_paths_are_refused_each_for_its_reason() {
    let tree = DenseTree::from_leaves(leaves(11));
    let (honest, root) = (tree.proof(6).unwrap(), tree.root());
    let bend = |change: &dyn Fn(&mut Proof)| {
        let mut proof = honest.clone();
        change(&mut proof);
        proof.verify(&leaf(6), &root).unwrap_err().to_string()
    };
    type Bend = (&'static str, &'static dyn Fn(&mut Proof), &'static str);
    let cases: [Bend; 8] = [
        ("truncated", &|p| p.path.truncate(3), "the path has 3 siblings; leaf 6 of 11 has 4"),
        ("padded", &|p| p.path.push(Hash32::ZERO), "the path has 5 siblings"),
        ("emptied", &|p| p.path.clear(), "the path has 0 siblings"),
        ("swapped", &|p| p.path.swap(0, 1), "leads to root"),
        ("one bit", &|p| p.path[2].0[31] ^= 1, "leads to root"),
        ("beyond the end", &|p| p.index = 11, "leaf 11 of a tree of 11 leaves does not exist"),
        ("no leaves", &|p| p.leaves = 0, "leaf 6 of a tree of 0 leaves does not exist"),
        ("greatest count", &|p| p.leaves = u64::MAX, "leaf 6 of 18446744073709551615 has 64"),
    ];
    for (what, change, reason) in cases {
        let refusal = bend(change);
        assert!(refusal.contains(reason), "{what}: {refusal}");
    }
    assert!(honest.verify(&leaf(7), &root).is_err(), "another leaf");
    assert!(honest.verify(&leaf(6), &Hash32::ZERO).is_err(), "another tree");
}

#[test]
fn an_inner_node_and_an_empty_tree_prove_nothing() {
    let tree = DenseTree::from_leaves(leaves(4));
    let inner = node_hash(&leaf(0), &leaf(1));
    let short = Proof { index: 0, leaves: 2, path: vec![node_hash(&leaf(2), &leaf(3))] };
    let mut data = leaf(0).0.to_vec();
    data.extend(leaf(1).0);
    assert_ne!(leaf_hash(&data), inner, "no data hashes to an inner node as a leaf");
    assert!(short.verify(&leaf_hash(&data), &tree.root()).is_err());
    let nothing = Proof { index: 0, leaves: 0, path: vec![] };
    assert!(nothing.verify(&Hash32::ZERO, &DenseTree::new().root()).is_err());
    let single = Proof { index: 0, leaves: 1, path: vec![] };
    assert_eq!(single.verify(&leaf(0), &leaf(0)), Ok(()));
    assert!(DenseTree::new().is_empty() && DenseTree::new().proof(0).is_none());
}

#[test]
fn a_proof_from_outside_is_bounded_before_it_is_read() {
    let longest = Proof { index: 0, leaves: u64::MAX, path: leaves(PROOF_PATH_MAX as u64) };
    let bytes = borsh::to_vec(&longest).unwrap();
    assert_eq!(borsh::from_slice::<Proof>(&bytes).unwrap(), longest);
    let mut claims = bytes[..16].to_vec();
    claims.extend(u32::MAX.to_le_bytes());
    let refusal = Proof::deserialize(&mut claims.as_slice()).unwrap_err().to_string();
    assert!(refusal.contains("at most 64"), "{refusal}");
    let longer = Proof { path: leaves(PROOF_PATH_MAX as u64 + 1), ..longest };
    assert!(borsh::from_slice::<Proof>(&borsh::to_vec(&longer).unwrap()).is_err());
}

/// A batch: how many leaves to append, and which places to set to what.
fn batch() -> impl Strategy<Value = (u64, Vec<(u64, u64)>)> {
    (0..20_u64, prop::collection::vec((0..90_u64, any::<u64>()), 0..12))
}

proptest! {
    /// After any batches a tree is the tree built afresh, in every node.
    #[test]
    fn updates_equal_building_afresh(start in 0..70_u64, batches in prop::collection::vec(batch(), 1..6)) {
        let mut list = leaves(start);
        let mut tree = DenseTree::from_leaves(list.clone());
        for (appended, set) in batches {
            let grown = list.len() as u64 + appended;
            let mut changed: BTreeMap<u64, Hash32> = (list.len() as u64..grown).map(|i| (i, leaf(i))).collect();
            changed.extend(set.into_iter().filter(|(i, _)| *i < grown).map(|(i, n)| (i, leaf(n))));
            let update = tree.update(&changed).unwrap();
            list.resize(grown as usize, Hash32::ZERO);
            changed.iter().for_each(|(i, leaf)| list[*i as usize] = *leaf);
            prop_assert_eq!(update.root(), rfc6962_root(&list));
            tree.apply(update);
            prop_assert_eq!(&tree, &DenseTree::from_leaves(list.clone()));
        }
    }
}
