//! The founding of a network by six banks: the story, what may go wrong in it, and the file.

#[path = "ceremony/escrow.rs"]
mod escrow;
#[path = "ceremony/fixture.rs"]
mod fixture;
#[path = "ceremony/round_trip.rs"]
mod round_trip;
#[path = "ceremony/story.rs"]
mod story;
#[path = "ceremony/tampered.rs"]
mod tampered;
#[path = "ceremony/travel.rs"]
mod travel;
