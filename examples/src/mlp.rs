//! The network: fully connected layers with `ReLU` between them, trained on the softmax cross-entropy.

use ndarray::{Array1, Array2, ArrayView1, Axis, Zip};
use npz_core::Npz;

use crate::digits::Digits;
use crate::rng::Rng;

/// The parameters of one layer; its gradient and the optimizer's moments have the same form.
#[derive(Npz, Clone, Debug, PartialEq)]
pub struct Layer {
    /// One row an input, one column an output.
    pub weights: Array2<f32>,
    /// One number an output.
    pub bias: Array1<f32>,
}

impl Layer {
    /// Gives a layer of zeros of the same shape.
    pub fn zeros_like(&self) -> Self {
        Self { weights: Array2::zeros(self.weights.raw_dim()), bias: Array1::zeros(self.bias.raw_dim()) }
    }
}

/// The parameters of a network.
#[derive(Npz, Clone, Debug, PartialEq)]
pub struct Model {
    /// From the pixels to the scores of the digits.
    pub layers: Vec<Layer>,
}

impl Model {
    /// Draws the weights of a network with these numbers of units, from `±sqrt(6 / inputs)` (He et al., 2015).
    pub fn new(units: &[usize], rng: &mut Rng) -> Self {
        let layer = |pair: &[usize]| {
            let limit = (6.0 / pair[0] as f32).sqrt();
            let weights = Array2::from_shape_simple_fn((pair[0], pair[1]), || rng.uniform(limit));
            Layer { weights, bias: Array1::zeros(pair[1]) }
        };
        Self { layers: units.windows(2).map(layer).collect() }
    }

    /// Gives the mean loss over a batch and its gradient by every parameter.
    pub fn loss_and_gradient(&self, batch: &Digits) -> (f64, Vec<Layer>) {
        let count = batch.labels.len() as f32;
        let (inputs, scores) = self.forward(&batch.images);
        let mut delta = softmax(scores);
        let mut loss = 0.0;
        for (mut row, &label) in delta.outer_iter_mut().zip(&batch.labels) {
            // `MIN_POSITIVE`: the loss of a hopeless image is large, not infinite.
            loss -= f64::from(row[label].max(f32::MIN_POSITIVE)).ln();
            row[label] -= 1.0;
        }
        delta /= count;

        let mut gradient = Vec::with_capacity(self.layers.len());
        for (index, (layer, input)) in self.layers.iter().zip(&inputs).enumerate().rev() {
            gradient.push(Layer { weights: input.t().dot(&delta), bias: delta.sum_axis(Axis(0)) });
            if index > 0 {
                delta = delta.dot(&layer.weights.t());
                // `ReLU` passes the gradient on where it let the value through.
                Zip::from(&mut delta).and(input).for_each(|delta, &input| {
                    if input <= 0.0 {
                        *delta = 0.0;
                    }
                });
            }
        }
        gradient.reverse();
        (loss / f64::from(count), gradient)
    }

    /// Gives the share of the images whose digit has the highest score.
    pub fn accuracy(&self, digits: &Digits) -> f64 {
        let (_, scores) = self.forward(&digits.images);
        let best = |row: ArrayView1<'_, f32>| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        let guesses = scores.outer_iter().map(best);
        let right =
            guesses.zip(&digits.labels).filter(|(guess, label)| guess.as_ref() == Some(label)).count();
        right as f64 / digits.labels.len() as f64
    }

    /// Gives what enters each layer, and the scores that leave the last.
    fn forward(&self, images: &Array2<f32>) -> (Vec<Array2<f32>>, Array2<f32>) {
        let mut inputs = Vec::with_capacity(self.layers.len());
        let mut values = images.clone();
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                values.mapv_inplace(|value| value.max(0.0));
            }
            let output = values.dot(&layer.weights) + &layer.bias;
            inputs.push(values);
            values = output;
        }
        (inputs, values)
    }
}

/// Turns each row of scores into probabilities.
pub(crate) fn softmax(mut scores: Array2<f32>) -> Array2<f32> {
    for mut row in scores.outer_iter_mut() {
        // The highest score becomes 0, so that `exp` can't overflow.
        let highest = row.fold(f32::NEG_INFINITY, |highest, &score| highest.max(score));
        row.mapv_inplace(|score| (score - highest).exp());
        row /= row.sum();
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(layers: &mut [Layer]) -> Vec<&mut f32> {
        layers.iter_mut().flat_map(|layer| layer.weights.iter_mut().chain(&mut layer.bias)).collect()
    }

    /// Moves every parameter a little up and down: the loss has to change as the gradient says.
    #[test]
    fn the_gradient_is_that_of_the_loss() {
        const STEP: f32 = 1e-2;
        let mut rng = Rng::new(3);
        let images = Array2::from_shape_simple_fn((6, 4), || rng.uniform(1.0));
        let batch = Digits { images, labels: vec![0, 1, 2, 2, 1, 0] };
        let model = Model::new(&[4, 5, 3], &mut rng);
        let (_, mut gradient) = model.loss_and_gradient(&batch);

        let slopes = parameters(&mut gradient);
        assert_eq!(slopes.len(), 4 * 5 + 5 + 5 * 3 + 3);
        for (index, slope) in slopes.into_iter().enumerate() {
            let loss_at = |step: f32| {
                let mut moved = model.clone();
                *parameters(&mut moved.layers)[index] += step;
                moved.loss_and_gradient(&batch).0
            };
            let measured = (loss_at(STEP) - loss_at(-STEP)) / (2.0 * f64::from(STEP));
            assert!((measured - f64::from(*slope)).abs() < 2e-3, "{index}: {slope}, measured {measured}");
        }
    }

    #[test]
    fn probabilities_add_up_and_do_not_overflow() {
        let probabilities = softmax(ndarray::array![[1e30, 1e30, -1e30], [0.0, 0.0, 0.0]]);
        assert_eq!(probabilities.row(0).to_vec(), [0.5, 0.5, 0.0]);
        assert!((probabilities.sum() - 2.0).abs() < 1e-6);
    }
}
