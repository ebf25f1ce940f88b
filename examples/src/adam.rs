//! The optimizer: Adam (Kingma and Ba, 2015). Its moments are as large as the network, twice, and belong into every
//! checkpoint: a run that resumes without them goes another way.

use ndarray::{Array, Dimension, Zip};
use npz_core::Npz;

use crate::mlp::Layer;

const DECAY_FIRST: f32 = 0.9;
const DECAY_SECOND: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// The state of the optimizer.
#[derive(Npz, Clone, Debug, PartialEq)]
pub struct Adam {
    learning_rate: f32,
    step: u64,
    first_moments: Vec<Layer>,
    second_moments: Vec<Layer>,
}

impl Adam {
    /// Begins with moments of zero.
    pub fn new(learning_rate: f32, layers: &[Layer]) -> Self {
        let zeros: Vec<_> = layers.iter().map(Layer::zeros_like).collect();
        Self { learning_rate, step: 0, first_moments: zeros.clone(), second_moments: zeros }
    }

    /// Moves the parameters one step against the gradient.
    pub fn update(&mut self, layers: &mut [Layer], gradient: &[Layer]) {
        self.step += 1;
        let age = self.step as f32;
        // Both moments begin at zero; young ones are too small by these factors.
        let rate = self.learning_rate / (1.0 - DECAY_FIRST.powf(age));
        let scale = 1.0 / (1.0 - DECAY_SECOND.powf(age));

        let moments = self.first_moments.iter_mut().zip(&mut self.second_moments);
        for ((layer, gradient), (first, second)) in layers.iter_mut().zip(gradient).zip(moments) {
            let weights = &mut layer.weights;
            descend(weights, &gradient.weights, &mut first.weights, &mut second.weights, rate, scale);
            descend(&mut layer.bias, &gradient.bias, &mut first.bias, &mut second.bias, rate, scale);
        }
    }
}

fn descend<D: Dimension>(
    parameters: &mut Array<f32, D>,
    gradient: &Array<f32, D>,
    first: &mut Array<f32, D>,
    second: &mut Array<f32, D>,
    rate: f32,
    scale: f32,
) {
    Zip::from(parameters).and(gradient).and(first).and(second).for_each(
        |parameter, &slope, first, second| {
            *first = DECAY_FIRST * *first + (1.0 - DECAY_FIRST) * slope;
            *second = DECAY_SECOND * *second + (1.0 - DECAY_SECOND) * slope * slope;
            *parameter -= rate * *first / ((*second * scale).sqrt() + EPSILON);
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// With constant slopes the corrected moments are the slope and its square: each step is the learning rate.
    #[test]
    fn a_constant_slope_moves_by_the_learning_rate() {
        let mut layers = [Layer { weights: array![[1.0]], bias: array![-1.0] }];
        let gradient = [Layer { weights: array![[5.0]], bias: array![-0.01] }];
        let mut adam = Adam::new(0.125, &layers);
        for _ in 0..4 {
            adam.update(&mut layers, &gradient);
        }
        assert!((layers[0].weights[[0, 0]] - 0.5).abs() < 1e-4, "{layers:?}");
        assert!((layers[0].bias[0] + 0.5).abs() < 1e-4, "{layers:?}");
    }
}
