//! What a liar can change in another bank's message on its way: nothing that passes the gate.

use super::height::certified;
use super::{Rig, key_of, peer_of};
use crate::{Effect, Passed, Unsigned};
use idx_types::wire::{Gossip, ProposalMessage};
use idx_types::{BankId, Candidate, PrivateHash, Proposal, Round, Signed, VoteKind};

/// The elected bank's true proposal of round 0.
fn proposal(rig: &Rig) -> ProposalMessage {
    let (height, announcement) = (certified(rig), rig.block(0, 1));
    let private = height.private;
    let candidate =
        Candidate { header: private.header, certificate: private.certificate, body: private.body };
    let bank = announcement.header.message.miner;
    let proposal = Proposal {
        chain_id: rig.mind.state().chain_id(),
        height: rig.height(),
        round: Round(0),
        pol_round: None,
        value: candidate.id(),
        bank,
    };
    ProposalMessage { proposal: Signed::new(proposal, &key_of(bank)), candidate, announcement }
}

/// Passes a message through the gate; answers what the mind prevotes upon it.
fn deliver(rig: &mut Rig, message: ProposalMessage) -> Result<Option<PrivateHash>, &'static str> {
    let message = Gossip::Proposal(Box::new(message));
    let passed = rig.mind.gate().check(peer_of(BankId(3)), message).map_err(|refusal| refusal.blame())?;
    let Passed::Now(inputs) = passed else { return Ok(None) };
    let effects: Vec<Effect> = inputs.into_iter().flat_map(|input| rig.step(input)).collect();
    Ok(effects.iter().find_map(|effect| match effect {
        Effect::Sign(Unsigned::Vote(vote)) if vote.kind == VoteKind::Prevote => vote.value,
        _ => None,
    }))
}

/// A liar takes the true proposal off the wire, adds a body, and is faster than the proposer.
#[test]
fn a_body_put_into_a_true_proposal_is_refused_and_spoils_nothing() {
    let mut rig = Rig::new();
    let truth = proposal(&rig);
    assert_ne!(truth.proposal.message.bank, BankId(0), "another bank proposes in round 0");
    let mut altered = truth.clone();
    altered.candidate.body.push(1);
    let refused = deliver(&mut rig, altered);
    let value = truth.proposal.message.value;
    assert_eq!(deliver(&mut rig, truth), Ok(Some(value)), "the true proposal is prevoted");
    assert_eq!(refused, Err("proposal, candidate and mined block do not belong together"));
}
