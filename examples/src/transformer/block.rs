//! The blocks of the transformer, their parts, and the way of the gradient through them.

use ndarray::{Array1, Array2, ArrayViewMutD, Axis, Zip, s};
use npz_core::Npz;
use serde::{Deserialize, Serialize};

use crate::mlp::{Layer, softmax};
use crate::pcg::Pcg64;

/// What stands between two layers. In an archive: `activation.tag`, and the variant's fields.
#[derive(Npz, Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
#[npz(rename_all = "snake_case")]
pub enum Activation {
    /// `max(x, 0)`.
    Relu,
    /// `max(x, slope * x)`.
    LeakyRelu {
        /// The slope of the negative side.
        slope: f32,
    },
    /// The smooth one of GPT-2, with `tanh`.
    Gelu,
}

impl Activation {
    /// Gives the value and the slope at `x`.
    fn at(self, x: f32) -> (f32, f32) {
        match self {
            Self::Relu => Self::LeakyRelu { slope: 0.0 }.at(x),
            Self::LeakyRelu { slope } => {
                if x > 0.0 {
                    (x, 1.0)
                } else {
                    (slope * x, slope)
                }
            }
            Self::Gelu => {
                let scale = (2.0 / std::f32::consts::PI).sqrt();
                let tanh = (scale * (x + 0.044715 * x.powi(3))).tanh();
                let inner = scale * (1.0 + 3.0 * 0.044715 * x * x);
                (0.5 * x * (1.0 + tanh), 0.5 * (1.0 + tanh) + 0.5 * x * (1.0 - tanh * tanh) * inner)
            }
        }
    }
}

/// Attention, then a network of two layers; each adds to what it gets.
#[derive(Npz, Clone, Debug, PartialEq)]
pub struct Block {
    attention_norm: Norm,
    attention: Attention,
    norm: Norm,
    expand: Layer,
    activation: Activation,
    contract: Layer,
}

/// Layer normalisation: each row to mean 0 and width 1, then scaled and shifted.
#[derive(Npz, Clone, Debug, PartialEq)]
pub(super) struct Norm {
    gain: Array1<f32>,
    bias: Array1<f32>,
}

/// Each place looks at all places of its sequence, in several ways at once.
#[derive(Npz, Clone, Debug, PartialEq)]
pub(super) struct Attention {
    heads: usize,
    /// One layer for all three: queries, keys, values, each as wide as the model.
    query_key_value: Layer,
    output: Layer,
}

/// What the backward pass of a block needs to know of the forward pass.
pub(super) struct BlockTrace {
    attention_norm: NormTrace,
    attention: AttentionTrace,
    norm: NormTrace,
    /// What enters and leaves the activation.
    expanded: Array2<f32>,
    activated: Array2<f32>,
}

struct NormTrace {
    normalised: Array2<f32>,
    /// One over the width of each row.
    scales: Array1<f32>,
    output: Array2<f32>,
}

struct AttentionTrace {
    query_key_value: Array2<f32>,
    /// For each sequence and head, how much each place looks at each.
    looks: Vec<Array2<f32>>,
    seen: Array2<f32>,
}

pub(super) fn forward(layer: &Layer, input: &Array2<f32>) -> Array2<f32> {
    input.dot(&layer.weights) + &layer.bias
}

pub(super) fn backward(
    layer: &Layer,
    input: &Array2<f32>,
    delta: &Array2<f32>,
    gradient: &mut Layer,
) -> Array2<f32> {
    gradient.weights += &input.t().dot(delta);
    gradient.bias += &delta.sum_axis(Axis(0));
    delta.dot(&layer.weights.t())
}

pub(super) fn layer_parameters(layer: &mut Layer) -> [ArrayViewMutD<'_, f32>; 2] {
    [layer.weights.view_mut().into_dyn(), layer.bias.view_mut().into_dyn()]
}

pub(super) fn random_layer(inputs: usize, outputs: usize, rng: &mut Pcg64) -> Layer {
    let width = (1.0 / inputs as f64).sqrt();
    let weights = Array2::from_shape_simple_fn((inputs, outputs), || (width * rng.normal()) as f32);
    Layer { weights, bias: Array1::zeros(outputs) }
}

impl Norm {
    fn new(width: usize) -> Self {
        Self { gain: Array1::ones(width), bias: Array1::zeros(width) }
    }

    fn forward(&self, input: &Array2<f32>) -> NormTrace {
        let mut normalised = input.clone();
        let scales = normalised.outer_iter_mut().map(|mut row| {
            row -= row.sum() / row.len() as f32;
            let scale = 1.0 / (row.dot(&row) / row.len() as f32 + 1e-5).sqrt();
            row *= scale;
            scale
        });
        let scales = scales.collect();
        let output = &normalised * &self.gain + &self.bias;
        NormTrace { normalised, scales, output }
    }

    fn backward(&self, trace: &NormTrace, delta: &Array2<f32>, gradient: &mut Self) -> Array2<f32> {
        gradient.gain += &(delta * &trace.normalised).sum_axis(Axis(0));
        gradient.bias += &delta.sum_axis(Axis(0));
        let mut delta = delta * &self.gain;
        // What moves the mean or the width of a row is taken out again.
        Zip::from(delta.rows_mut()).and(trace.normalised.rows()).and(&trace.scales).for_each(
            |mut delta, row, &scale| {
                let (mean, along) = (delta.sum() / row.len() as f32, delta.dot(&row) / row.len() as f32);
                Zip::from(&mut delta).and(row).for_each(|d, &x| *d = scale * (*d - mean - x * along));
            },
        );
        delta
    }
}

impl Attention {
    /// Where the queries, keys and values of one sequence and head stand.
    fn places(&self, length: usize, width: usize) -> impl Fn(usize) -> (std::ops::Range<usize>, [usize; 3]) {
        let heads = self.heads;
        move |index| {
            let (sequence, head) = (index / heads, index % heads);
            let first = head * (width / heads);
            (sequence * length..(sequence + 1) * length, [first, first + width, first + 2 * width])
        }
    }

    fn forward(&self, input: &Array2<f32>, length: usize) -> (AttentionTrace, Array2<f32>) {
        let (rows, width) = input.dim();
        let depth = width / self.heads;
        let query_key_value = forward(&self.query_key_value, input);
        let mut seen = Array2::zeros((rows, width));
        let place = self.places(length, width);
        let looks = (0..rows / length * self.heads).map(|index| {
            let (at, columns) = place(index);
            let [query, key, value] =
                columns.map(|first| query_key_value.slice(s![at.clone(), first..first + depth]));
            let look = softmax(query.dot(&key.t()) / (depth as f32).sqrt());
            seen.slice_mut(s![at, columns[0]..columns[0] + depth]).assign(&look.dot(&value));
            look
        });
        let looks = looks.collect();
        let output = forward(&self.output, &seen);
        (AttentionTrace { query_key_value, looks, seen }, output)
    }

    fn backward(
        &self,
        trace: &AttentionTrace,
        input: &Array2<f32>,
        delta: &Array2<f32>,
        length: usize,
        gradient: &mut Self,
    ) -> Array2<f32> {
        let width = input.ncols();
        let depth = width / self.heads;
        let seen_delta = backward(&self.output, &trace.seen, delta, &mut gradient.output);
        let mut all_delta = Array2::zeros(trace.query_key_value.raw_dim());
        let place = self.places(length, width);
        for (index, look) in trace.looks.iter().enumerate() {
            let (at, columns) = place(index);
            let [query, key, value] =
                columns.map(|first| trace.query_key_value.slice(s![at.clone(), first..first + depth]));
            let delta = seen_delta.slice(s![at.clone(), columns[0]..columns[0] + depth]);
            // Through the softmax: what all scores of a row have in common does not matter.
            let mut scores = delta.dot(&value.t()) * look;
            let common = scores.sum_axis(Axis(1)).insert_axis(Axis(1));
            scores -= &(look * &common);
            scores /= (depth as f32).sqrt();
            let parts = [scores.dot(&key), scores.t().dot(&query), look.t().dot(&delta)];
            for (part, first) in parts.into_iter().zip(columns) {
                all_delta.slice_mut(s![at.clone(), first..first + depth]).assign(&part);
            }
        }
        backward(&self.query_key_value, input, &all_delta, &mut gradient.query_key_value)
    }
}

impl Block {
    pub(super) fn new(
        width: usize,
        heads: usize,
        hidden: usize,
        activation: Activation,
        rng: &mut Pcg64,
    ) -> Self {
        let query_key_value = random_layer(width, 3 * width, rng);
        Self {
            attention_norm: Norm::new(width),
            attention: Attention { heads, query_key_value, output: random_layer(width, width, rng) },
            norm: Norm::new(width),
            expand: random_layer(width, hidden, rng),
            activation,
            contract: random_layer(hidden, width, rng),
        }
    }

    pub(super) fn parameters(&mut self) -> impl Iterator<Item = ArrayViewMutD<'_, f32>> {
        let Self { attention_norm, attention, norm, expand, activation: _, contract } = self;
        let Attention { heads: _, query_key_value, output } = attention;
        let norms = [attention_norm, norm].into_iter();
        let norms =
            norms.flat_map(|Norm { gain, bias }| [gain.view_mut().into_dyn(), bias.view_mut().into_dyn()]);
        norms.chain([query_key_value, output, expand, contract].into_iter().flat_map(layer_parameters))
    }

    pub(super) fn forward(&self, mut values: Array2<f32>, length: usize) -> (BlockTrace, Array2<f32>) {
        let attention_norm = self.attention_norm.forward(&values);
        let (attention, output) = self.attention.forward(&attention_norm.output, length);
        values += &output;
        let norm = self.norm.forward(&values);
        let expanded = forward(&self.expand, &norm.output);
        let activated = expanded.mapv(|x| self.activation.at(x).0);
        values += &forward(&self.contract, &activated);
        (BlockTrace { attention_norm, attention, norm, expanded, activated }, values)
    }

    pub(super) fn backward(
        &self,
        trace: &BlockTrace,
        mut delta: Array2<f32>,
        length: usize,
        gradient: &mut Self,
    ) -> Array2<f32> {
        let mut inner = backward(&self.contract, &trace.activated, &delta, &mut gradient.contract);
        Zip::from(&mut inner).and(&trace.expanded).for_each(|delta, &x| *delta *= self.activation.at(x).1);
        let inner = backward(&self.expand, &trace.norm.output, &inner, &mut gradient.expand);
        delta += &self.norm.backward(&trace.norm, &inner, &mut gradient.norm);

        let input = &trace.attention_norm.output;
        let inner = self.attention.backward(&trace.attention, input, &delta, length, &mut gradient.attention);
        delta += &self.attention_norm.backward(&trace.attention_norm, &inner, &mut gradient.attention_norm);
        delta
    }
}
