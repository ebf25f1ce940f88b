use npz_core::Npz;
use std::time::Instant;

#[derive(Npz)]
struct State {
    started: Option<Instant>,
    ended: Instant,
    #[npz(flatten)]
    pause: Instant,
}

fn main() {}
