//! The 14 kinds of arrays that training code and measurements have, made from fixed seeds.

use half::f16;

use crate::Outcome;
use crate::arrays::{ArrayState, Arrays, Cell, single};
use crate::random::{Random, Zipf};

/// A kind of data: how it is made, and in which cells.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What it is called, with the cell's type at the end: `weights_f4`.
    pub name: &'static str,
    /// What the values are.
    pub meaning: &'static str,
    make: fn(usize) -> Arrays,
}

const fn kind(name: &'static str, meaning: &'static str, make: fn(usize) -> Arrays) -> Kind {
    Kind { name, meaning, make }
}

/// All of them, in the order of the tables.
pub const KINDS: [Kind; 14] = [
    kind("weights_f4", "parameters of a layer: normal, deviation 0.02", |n| Arrays::F4(weights(1, n, as_f4))),
    kind("weights_f8", "the same in f64", |n| Arrays::F8(weights(2, n, |x| x))),
    kind("adam_v_f4", "squares of such, as Adam keeps them", |n| Arrays::F4(weights(3, n, |x| as_f4(x * x)))),
    kind("weights_f2", "the same in half precision", |n| Arrays::F2(weights(4, n, f16::from_f64))),
    kind("tokens_i4", "ids of words: Zipf, 32,000 of them", |n| Arrays::I4(tokens(5, n, |id| id as i32))),
    kind("tokens_i8", "the same in i64", |n| Arrays::I8(tokens(6, n, |id| id as i64))),
    kind("relu_f4", "activations: normal, half of them zero", |n| {
        Arrays::F4(weights(7, n, |x| as_f4(x.max(0.0))))
    }),
    kind("bf16_f4", "parameters of 16 bits in cells of 32", |n| Arrays::F4(weights(8, n, bf16_in_f4))),
    kind("mask_b1", "bool, a tenth of it true", |n| Arrays::B1(drawn(9, n, |random| random.uniform() < 0.1))),
    kind("smooth_f8", "a random walk from 1 by steps of 0.001", |n| Arrays::F8(walk(10, n))),
    kind("image_u1", "a smooth picture with a camera's noise", |n| Arrays::U1(image(11, n))),
    kind("index_i8", "0, 1, 2, ...", |n| Arrays::I8(row((0..n as i64 / 8).collect()))),
    kind("zeros_f4", "zeros", |n| Arrays::F4(row(vec![0.0; n / 4]))),
    kind("noise_u1", "random bytes", |n| Arrays::U1(drawn(14, n, |random| random.bits() as u8))),
];

impl Kind {
    /// The kind with a name.
    ///
    /// # Errors
    /// No kind has it: the error lists those that there are.
    pub fn named(name: &str) -> Outcome<Self> {
        let found = KINDS.into_iter().find(|kind| kind.name == name);
        let names = || KINDS.map(|kind| kind.name).join(", ");
        found.ok_or_else(|| format!("no kind is called {name}; there are {}", names()).into())
    }

    /// Makes about so many bytes of it, the same in every run.
    pub fn make(&self, bytes: usize) -> Arrays {
        (self.make)(bytes)
    }
}

fn row<A: Cell>(cells: Vec<A>) -> ArrayState<A> {
    single(vec![cells.len()], cells)
}

/// As many cells as go into so many bytes, one by one.
fn drawn<A: Cell>(seed: u64, bytes: usize, mut draw: impl FnMut(&mut Random) -> A) -> ArrayState<A> {
    let mut random = Random::new(seed);
    row((0..bytes / size_of::<A>()).map(|_| draw(&mut random)).collect())
}

fn weights<A: Cell>(seed: u64, bytes: usize, cell: fn(f64) -> A) -> ArrayState<A> {
    drawn(seed, bytes, |random| cell(random.normal() * 0.02))
}

fn as_f4(x: f64) -> f32 {
    x as f32
}

fn bf16_in_f4(x: f64) -> f32 {
    f32::from_bits((x as f32).to_bits() & 0xffff_0000)
}

fn tokens<A: Cell>(seed: u64, bytes: usize, cell: fn(usize) -> A) -> ArrayState<A> {
    let zipf = Zipf::new(32_000, 1.26);
    drawn(seed, bytes, |random| cell(zipf.sample(random)))
}

fn walk(seed: u64, bytes: usize) -> ArrayState<f64> {
    let mut sum = 0.0;
    drawn(seed, bytes, |random| {
        sum += random.normal() * 1e-3;
        1.0 + sum
    })
}

/// A square, or nearly: one that has not more bytes than asked for.
fn image(seed: u64, bytes: usize) -> ArrayState<u8> {
    let mut random = Random::new(seed);
    let columns = bytes.isqrt().max(1);
    let rows = bytes / columns;
    let pixel = |i: usize| {
        let (x, y) = ((i % columns) as f64, (i / columns) as f64);
        let value = 128.0 + 60.0 * (x / 50.0).sin() + 50.0 * (y / 70.0).cos() + random.normal() * 1.9;
        value.clamp(0.0, 255.0) as u8
    };
    single(vec![rows, columns], (0..rows * columns).map(pixel).collect())
}
