//! The duties that the Malachite core lays upon the types of `context`.

use super::context::{Ballot, CoreHeight, Idx, NoPart, Offer, Opaque, Seat, Seats, Value, Voter, our_round};
use crate::election;
use idx_crypto::{PublicKey, Signature};
use idx_types::{Height, PrivateHash, Round};
use malachite_types::{self as core, NilOrVal, SignedExtension, VoteType};

impl core::Address for Voter {}

impl core::Height for CoreHeight {
    const ZERO: Self = Self(Height::GENESIS);
    const INITIAL: Self = Self(Height(1));

    fn increment_by(&self, n: u64) -> Self {
        Self(Height(self.0.0.saturating_add(n)))
    }
    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.0.checked_sub(n).map(|height| Self(Height(height)))
    }
    fn as_u64(&self) -> u64 {
        self.0.0
    }
}

impl core::Value for Value {
    type Id = PrivateHash;
    fn id(&self) -> PrivateHash {
        self.0
    }
}

impl core::Vote<Idx> for Ballot {
    fn height(&self) -> CoreHeight {
        self.height
    }
    fn round(&self) -> core::Round {
        self.round
    }
    fn value(&self) -> &NilOrVal<PrivateHash> {
        &self.value
    }
    fn take_value(self) -> NilOrVal<PrivateHash> {
        self.value
    }
    fn vote_type(&self) -> VoteType {
        self.kind
    }
    fn validator_address(&self) -> &Voter {
        &self.voter
    }
    fn extension(&self) -> Option<&SignedExtension<Idx>> {
        None
    }
    fn take_extension(&mut self) -> Option<SignedExtension<Idx>> {
        None
    }
    fn extend(self, _: SignedExtension<Idx>) -> Self {
        self
    }
}

impl core::Proposal<Idx> for Offer {
    fn height(&self) -> CoreHeight {
        self.height
    }
    fn round(&self) -> core::Round {
        self.round
    }
    fn value(&self) -> &Value {
        &self.value
    }
    fn take_value(self) -> Value {
        self.value
    }
    fn pol_round(&self) -> core::Round {
        self.pol_round
    }
    fn validator_address(&self) -> &Voter {
        &self.proposer
    }
}

impl core::ProposalPart<Idx> for NoPart {
    fn is_first(&self) -> bool {
        match *self {}
    }
    fn is_last(&self) -> bool {
        match *self {}
    }
}

impl core::Validator<Idx> for Seat {
    fn address(&self) -> &Voter {
        &self.voter
    }
    fn public_key(&self) -> &PublicKey {
        &self.key
    }
    fn voting_power(&self) -> u64 {
        1
    }
}

impl core::ValidatorSet<Idx> for Seats {
    fn count(&self) -> usize {
        self.seats.len()
    }
    fn total_voting_power(&self) -> u64 {
        self.seats.len() as u64
    }
    fn get_by_address(&self, voter: &Voter) -> Option<&Seat> {
        self.banks.position(voter.0?).and_then(|place| self.seats.get(place))
    }
    fn get_by_index(&self, index: usize) -> Option<&Seat> {
        self.seats.get(index)
    }
}

impl core::SigningScheme for Opaque {
    type DecodingError = std::array::TryFromSliceError;
    type Signature = Signature;
    type PublicKey = PublicKey;
    type PrivateKey = ();

    fn decode_signature(bytes: &[u8]) -> Result<Signature, Self::DecodingError> {
        bytes.try_into().map(Signature)
    }
    fn encode_signature(signature: &Signature) -> Vec<u8> {
        signature.0.to_vec()
    }
    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, Self::DecodingError> {
        bytes.try_into().map(PublicKey)
    }
    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.0.to_vec()
    }
}

impl core::Context for Idx {
    type Address = Voter;
    type Height = CoreHeight;
    type ProposalPart = NoPart;
    type Proposal = Offer;
    type Validator = Seat;
    type ValidatorSet = Seats;
    type Timeouts = core::LinearTimeouts;
    type Value = Value;
    type Vote = Ballot;
    type Extension = ();
    type SigningScheme = Opaque;

    fn select_proposer<'a>(&self, seats: &'a Seats, height: CoreHeight, round: core::Round) -> &'a Seat {
        let miner = election::miner(&seats.banks, height.0, our_round(round).unwrap_or(Round::ZERO));
        let place = seats.banks.position(miner).unwrap_or(0);
        &seats.seats[place]
    }

    fn new_proposal(
        &self,
        height: CoreHeight,
        round: core::Round,
        value: Value,
        pol_round: core::Round,
        proposer: Voter,
    ) -> Offer {
        Offer { height, round, pol_round, value, proposer }
    }

    fn new_prevote(
        &self,
        height: CoreHeight,
        round: core::Round,
        value: NilOrVal<PrivateHash>,
        voter: Voter,
    ) -> Ballot {
        Ballot { height, round, kind: VoteType::Prevote, value, voter }
    }

    fn new_precommit(
        &self,
        height: CoreHeight,
        round: core::Round,
        value: NilOrVal<PrivateHash>,
        voter: Voter,
    ) -> Ballot {
        Ballot { height, round, kind: VoteType::Precommit, value, voter }
    }
}
