use npz_core::Npz;
use std::collections::HashMap;

#[derive(Npz)]
struct State {
    by_letter: HashMap<char, Vec<f32>>,
}

fn main() {}
