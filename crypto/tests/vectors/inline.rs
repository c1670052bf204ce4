//! Vectors that need no data folder.

use idx_crypto::{PublicKey, SecretKey, Signature, Signer, sha256};

/// FIPS 180-4 examples: one block, two blocks, a million bytes.
#[test]
fn fips_180_4() {
    let million = vec![b'a'; 1_000_000];
    for (message, digest) in [
        (b"abc".as_slice(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ] {
        assert_eq!(sha256(message).to_string(), digest);
    }
}

/// RFC 8032 section 7.1, tests 1 to 3: seed, public key, message, signature.
const RFC_8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

#[test]
fn rfc_8032() {
    for [seed, public, message, signature] in RFC_8032 {
        let seed: idx_crypto::Hash32 = seed.parse().unwrap();
        let (public, signature): (PublicKey, Signature) =
            (public.parse().unwrap(), signature.parse().unwrap());
        let (key, message) = (SecretKey::from_seed(&seed.0), hex::decode(message).unwrap());
        assert_eq!(key.public_key(), public);
        assert_eq!(key.sign_message(&message), signature);
        assert_eq!(public.verify_message(&message, &signature), Ok(()));
        assert!(public.verify_message(b"something else", &signature).is_err());
    }
}
