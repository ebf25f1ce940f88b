//! A small transformer that learns to sort digits, with its gradient written out by hand.
//!
//! Each part has a `forward` that also gives what its `backward` needs, and `backward` adds to a gradient that is of
//! the part's own type. So the gradient, and both moments of Adam, are a [`Model`] too.

mod block;
mod optimizer;

use ndarray::{Array1, Array2, ArrayViewMutD};
use npz_core::Npz;
use serde::{Deserialize, Serialize};

pub use self::block::{Activation, Block};
use self::block::{BlockTrace, backward, forward, layer_parameters, random_layer};
pub use self::optimizer::Optimizer;
use crate::mlp::{Layer, softmax};
use crate::pcg::Pcg64;

/// How large the model is and how it learns. Saved as JSON, for people and for scripts.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Config {
    /// What is learned, in words.
    pub task: String,
    /// The digits of a sequence.
    pub length: usize,
    /// The numbers that stand for one digit on its way through the blocks.
    pub width: usize,
    /// The heads of each attention; they share the width.
    pub heads: usize,
    /// The inner width of each block's second half.
    pub hidden: usize,
    /// One block for each.
    pub activations: Vec<Activation>,
    /// The sequences of a step.
    pub batch: usize,
}

/// All parameters.
#[derive(Npz, Clone, Debug, PartialEq)]
pub struct Model {
    /// From digits to vectors.
    pub embedding: Embedding,
    /// What the vectors go through, one after the other.
    pub blocks: Vec<Block>,
    /// From vectors to the scores of the ten digits.
    pub head: Layer,
}

/// A vector for each digit and one for each place.
#[derive(Npz, Clone, Debug, PartialEq)]
pub struct Embedding {
    /// The alphabet is part of the task: a file for another one is refused by its header.
    #[npz(shape = "(10, _)")]
    pub tokens: Array2<f32>,
    /// One row a place.
    pub positions: Array2<f32>,
}

/// Sequences of digits, one a row, and what they should become.
pub struct Batch {
    /// The questions.
    pub digits: Array2<usize>,
    /// The answers.
    pub sorted: Array2<usize>,
}

impl Batch {
    /// Draws random sequences.
    pub fn draw(count: usize, length: usize, rng: &mut Pcg64) -> Self {
        let digits = Array2::from_shape_simple_fn((count, length), || rng.below(10));
        let mut sorted = digits.clone();
        for mut row in sorted.outer_iter_mut() {
            let mut digits = row.to_vec();
            digits.sort_unstable();
            row.assign(&Array1::from(digits));
        }
        Self { digits, sorted }
    }
}

impl Model {
    /// Draws the parameters.
    pub fn new(config: &Config, rng: &mut Pcg64) -> Self {
        let Config { length, width, hidden, .. } = *config;
        let mut vectors = |rows| Array2::from_shape_simple_fn((rows, width), || rng.normal() as f32);
        let embedding = Embedding { tokens: vectors(10), positions: vectors(length) };
        let block = |&activation: &_| Block::new(width, config.heads, hidden, activation, rng);
        let blocks = config.activations.iter().map(block).collect();
        Self { embedding, blocks, head: random_layer(width, 10, rng) }
    }

    /// Gives a model of the same shapes whose parameters are zero.
    pub fn zeros_like(&self) -> Self {
        let mut zeros = self.clone();
        zeros.parameters().iter_mut().for_each(|array| array.fill(0.0));
        zeros
    }

    /// Lists all arrays, for the optimizer.
    pub fn parameters(&mut self) -> Vec<ArrayViewMutD<'_, f32>> {
        let Embedding { tokens, positions } = &mut self.embedding;
        let mut all = vec![tokens.view_mut().into_dyn(), positions.view_mut().into_dyn()];
        all.extend(self.blocks.iter_mut().flat_map(Block::parameters));
        all.extend(layer_parameters(&mut self.head));
        all
    }

    /// Gives what every block computes, what leaves the last, and the scores of the ten digits at each place.
    fn forward(&self, digits: &Array2<usize>) -> (Vec<BlockTrace>, Array2<f32>, Array2<f32>) {
        let (sequences, length) = digits.dim();
        let Embedding { tokens, positions } = &self.embedding;
        let mut values = Array2::zeros((sequences * length, tokens.ncols()));
        for ((mut row, &digit), place) in values.outer_iter_mut().zip(digits).zip((0..length).cycle()) {
            row.assign(&(&tokens.row(digit) + &positions.row(place)));
        }
        let mut traces = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let (trace, output) = block.forward(values, length);
            traces.push(trace);
            values = output;
        }
        let scores = forward(&self.head, &values);
        (traces, values, scores)
    }

    /// Gives the mean loss over a batch and its gradient by every parameter.
    pub fn loss_and_gradient(&self, batch: &Batch) -> (f64, Self) {
        let length = batch.digits.ncols();
        let (traces, values, scores) = self.forward(&batch.digits);
        let mut delta = softmax(scores);
        let mut loss = 0.0;
        for (mut row, &digit) in delta.outer_iter_mut().zip(&batch.sorted) {
            loss -= f64::from(row[digit].max(f32::MIN_POSITIVE)).ln();
            row[digit] -= 1.0;
        }
        delta /= batch.digits.len() as f32;

        let mut gradient = self.zeros_like();
        delta = backward(&self.head, &values, &delta, &mut gradient.head);
        let blocks = self.blocks.iter().zip(&mut gradient.blocks).zip(&traces);
        for ((block, gradient), trace) in blocks.rev() {
            delta = block.backward(trace, delta, length, gradient);
        }
        let Embedding { tokens, positions } = &mut gradient.embedding;
        for ((delta, &digit), place) in delta.outer_iter().zip(&batch.digits).zip((0..length).cycle()) {
            tokens.row_mut(digit).scaled_add(1.0, &delta);
            positions.row_mut(place).scaled_add(1.0, &delta);
        }
        (loss / batch.digits.len() as f64, gradient)
    }

    /// Gives the most likely digit of each place.
    pub fn answer(&self, digits: &Array2<usize>) -> Array2<usize> {
        let (_, _, scores) = self.forward(digits);
        let mut answers = digits.clone();
        for (answer, row) in answers.iter_mut().zip(scores.outer_iter()) {
            *answer = (0..10).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or_default();
        }
        answers
    }

    /// Gives the share of the digits that are right.
    pub fn accuracy(&self, batch: &Batch) -> f64 {
        let answers = self.answer(&batch.digits);
        let right = answers.iter().zip(&batch.sorted).filter(|(answer, digit)| answer == digit).count();
        right as f64 / batch.sorted.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moves parameters a little up and down: the loss has to change as the gradient says.
    #[test]
    fn the_gradient_is_that_of_the_loss() {
        const STEP: f32 = 2e-3;
        // A kink near a value, as `Relu` has, would spoil the measurement.
        let activations = vec![Activation::Gelu, Activation::Gelu];
        let task = "test".to_owned();
        let config = Config { task, length: 3, width: 4, heads: 2, hidden: 6, activations, batch: 5 };
        let mut rng = Pcg64::new(5, 0);
        let model = Model::new(&config, &mut rng);
        let batch = Batch::draw(config.batch, config.length, &mut rng);
        let (_, mut gradient) = model.loss_and_gradient(&batch);

        let slopes: Vec<Vec<f32>> =
            gradient.parameters().iter().map(|array| array.iter().copied().collect()).collect();
        assert_eq!(slopes.len(), 2 + 2 * 12 + 2);
        for (which, slopes) in slopes.iter().enumerate() {
            for (index, &slope) in slopes.iter().enumerate() {
                let loss_at = |step: f32| {
                    let mut moved = model.clone();
                    if let Some(parameter) = moved.parameters()[which].iter_mut().nth(index) {
                        *parameter += step;
                    }
                    moved.loss_and_gradient(&batch).0
                };
                let measured = (loss_at(STEP) - loss_at(-STEP)) / (2.0 * f64::from(STEP));
                let off = (measured - f64::from(slope)).abs();
                assert!(off < 1e-3, "array {which}, number {index}: {slope}, measured {measured}");
            }
        }
    }
}
