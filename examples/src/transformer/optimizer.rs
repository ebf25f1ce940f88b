//! The optimizers: Adam's moments are models themselves, so they are saved as one.

use ndarray::Zip;
use npz_core::Npz;

use super::Model;

/// How the parameters move. In an archive: `optimizer.tag`, and the members of that variant only.
#[derive(Npz, Clone, Debug, PartialEq)]
#[npz(rename_all = "snake_case")]
pub enum Optimizer {
    /// Down the slope.
    Sgd {
        /// The length of a step, per slope.
        rate: f32,
    },
    /// Kingma and Ba, 2015.
    Adam {
        /// The length of a step.
        rate: f32,
        /// The mean of the slopes: a number for each parameter, so a model.
        m: Box<Model>,
        /// The mean of their squares.
        v: Box<Model>,
        /// The steps so far.
        t: u64,
    },
}

impl Optimizer {
    /// Begins with moments of zero.
    pub fn adam(rate: f32, model: &Model) -> Self {
        let zeros = Box::new(model.zeros_like());
        Self::Adam { rate, m: zeros.clone(), v: zeros, t: 0 }
    }

    /// Moves the model one step against the gradient.
    pub fn update(&mut self, model: &mut Model, mut gradient: Model) {
        let parameters = model.parameters().into_iter().zip(gradient.parameters());
        match self {
            Self::Sgd { rate } => {
                for (mut parameters, gradient) in parameters {
                    parameters.scaled_add(-*rate, &gradient);
                }
            }
            Self::Adam { rate, m, v, t } => {
                *t += 1;
                let rate = *rate / (1.0 - 0.9f32.powf(*t as f32));
                let scale = 1.0 / (1.0 - 0.999f32.powf(*t as f32));
                for ((parameters, gradient), (m, v)) in
                    parameters.zip(m.parameters().into_iter().zip(v.parameters()))
                {
                    Zip::from(parameters).and(&gradient).and(m).and(v).for_each(|parameter, &slope, m, v| {
                        *m = 0.9 * *m + 0.1 * slope;
                        *v = 0.999 * *v + 0.001 * slope * slope;
                        *parameter -= rate * *m / ((*v * scale).sqrt() + 1e-8);
                    });
                }
            }
        }
    }
}
