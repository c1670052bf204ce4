//! The PKCS#11 calls themselves.

use super::{NO_SIGNATURE, TokenError};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use idx_crypto::{Hash32, Passphrase, PublicKey, Signature, Signer};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Label of the signing key in the token; with it a second custodian in one token would be refused.
const SIGNING: &[u8] = b"idx custodian signing";

/// Label of the key that seals the passphrase.
const SEALING: &[u8] = b"idx custodian sealing";

/// `PrintableString "edwards25519"` in DER: the curve's name as PKCS#11 3.0 section 6.3.1 has it.
const EDWARDS25519: [u8; 14] = *b"\x13\x0cedwards25519";

/// An Ed25519 public key as a DER octet string.
const POINT_PREFIX: [u8; 2] = [0x04, 0x20];

const AES_KEY_BYTES: u64 = 32;
const TAG_BITS: u64 = 128;

fn at(what: &'static str) -> impl FnOnce(Error) -> TokenError {
    move |error| TokenError::Token { what, reason: error.to_string() }
}

/// A token after its PIN was given.
pub(super) struct Open {
    session: Session,
}

impl Open {
    /// Loads the library, finds the token, logs in.
    pub fn login(module: &Path, token: &str, pin: &Passphrase) -> Result<Self, TokenError> {
        let library = Pkcs11::new(module).map_err(at("loading the module"))?;
        match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(at("starting the module")(error)),
        }
        let slots = library.get_slots_with_initialized_token().map_err(at("listing the tokens"))?;
        let is_it =
            |slot: &_| library.get_token_info(*slot).is_ok_and(|info| info.label().trim_end() == token);
        let Some(slot) = slots.into_iter().find(is_it) else {
            let reason = format!("there is no token of label {token:?}");
            return Err(TokenError::Token { what: "finding the token", reason });
        };
        let session = library.open_rw_session(slot).map_err(at("opening a session"))?;
        let pin = AuthPin::new(pin.expose().into());
        session.login(UserType::User, Some(&pin)).map_err(at("giving the PIN"))?;
        Ok(Self { session })
    }

    /// Makes both keys; neither ever leaves the token.
    pub fn make_keys(&self) -> Result<PublicKey, TokenError> {
        if self.find(ObjectClass::PRIVATE_KEY, SIGNING).is_ok() {
            let reason = "the token holds a custodian's keys already; nothing was changed".to_owned();
            return Err(TokenError::Token { what: "making keys", reason });
        }
        let public = [
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::Label(SIGNING.to_vec()),
            Attribute::EcParams(EDWARDS25519.to_vec()),
        ];
        let private = [kept(SIGNING).as_slice(), &[Attribute::Sign(true)]].concat();
        let made = self.session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private);
        let (public, _) = made.map_err(at("making the signing key"))?;
        let of_sealing =
            [Attribute::Encrypt(true), Attribute::Decrypt(true), Attribute::ValueLen(AES_KEY_BYTES.into())];
        let sealing = [kept(SEALING).as_slice(), &of_sealing].concat();
        self.session.generate_key(&Mechanism::AesKeyGen, &sealing).map_err(at("making the sealing key"))?;
        self.public_key(public)
    }

    fn public_key(&self, key: ObjectHandle) -> Result<PublicKey, TokenError> {
        let read = self.session.get_attributes(key, &[AttributeType::EcPoint]);
        let read = read.map_err(at("reading the public key"))?;
        let point = read.iter().find_map(|attribute| match attribute {
            Attribute::EcPoint(point) => point.strip_prefix(&POINT_PREFIX),
            _ => None,
        });
        let key = point.and_then(|point| <[u8; 32]>::try_from(point).ok()).map(PublicKey);
        key.filter(PublicKey::is_sound).ok_or_else(|| TokenError::Token {
            what: "reading the public key",
            reason: "it is no Ed25519 key".to_owned(),
        })
    }

    /// Seals under the token's AES key.
    pub fn seal(&self, mut nonce: [u8; 12], bound: &[u8], plain: &[u8]) -> Result<Vec<u8>, TokenError> {
        let key = self.find(ObjectClass::SECRET_KEY, SEALING)?;
        let params = GcmParams::new(&mut nonce, bound, TAG_BITS.into()).map_err(at("sealing"))?;
        self.session.encrypt(&Mechanism::AesGcm(params), key, plain).map_err(at("sealing"))
    }

    /// Opens what [`Open::seal`] made.
    pub fn unseal(&self, mut nonce: [u8; 12], bound: &[u8], sealed: &[u8]) -> Result<Vec<u8>, TokenError> {
        let key = self.find(ObjectClass::SECRET_KEY, SEALING)?;
        let params = GcmParams::new(&mut nonce, bound, TAG_BITS.into()).map_err(at("unsealing"))?;
        self.session.decrypt(&Mechanism::AesGcm(params), key, sealed).map_err(at("unsealing"))
    }

    /// The signing key, if it is the one that the home names.
    pub fn signer(self, public: PublicKey) -> Result<TokenSigner, TokenError> {
        let found = self.public_key(self.find(ObjectClass::PUBLIC_KEY, SIGNING)?)?;
        if found != public {
            let reason = format!("it holds {found}, the home names {public}");
            return Err(TokenError::Token { what: "finding the signing key", reason });
        }
        let key = self.find(ObjectClass::PRIVATE_KEY, SIGNING)?;
        Ok(TokenSigner { session: Mutex::new(self.session), key, public })
    }

    fn find(&self, class: ObjectClass, label: &[u8]) -> Result<ObjectHandle, TokenError> {
        let template = [Attribute::Class(class), Attribute::Label(label.to_vec())];
        let found = self.session.find_objects(&template).map_err(at("looking for a key"))?;
        found.first().copied().ok_or_else(|| TokenError::Token {
            what: "looking for a key",
            reason: format!("there is no {class} named {:?}", String::from_utf8_lossy(label)),
        })
    }
}

/// A private or secret key that stays in the token.
fn kept(label: &[u8]) -> Vec<Attribute> {
    vec![
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Label(label.to_vec()),
    ]
}

/// Signs inside the token.
pub(super) struct TokenSigner {
    session: Mutex<Session>,
    key: ObjectHandle,
    public: PublicKey,
}

impl Signer for TokenSigner {
    fn public_key(&self) -> PublicKey {
        self.public
    }

    /// A token that was pulled out gives no signature: what is signed with it is refused at every door.
    fn sign(&self, digest: &Hash32) -> Signature {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let pure = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
        let signed = session.sign(&pure, self.key, digest.as_bytes());
        let signed = signed.map_err(|error| error.to_string());
        match signed.and_then(|bytes| <[u8; 64]>::try_from(bytes).map_err(|_| "not 64 bytes".to_owned())) {
            Ok(bytes) => Signature(bytes),
            Err(error) => {
                tracing::error!(%error, "the token does not sign");
                NO_SIGNATURE
            }
        }
    }
}
