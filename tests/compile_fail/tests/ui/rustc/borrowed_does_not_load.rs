use ndarray::{Array2, ArrayView2};
use npz_core::Npz;

#[derive(Npz)]
struct Borrowed<'a> {
    weights: ArrayView2<'a, f32>,
}

#[derive(Npz)]
struct Generic<M> {
    model: M,
}

fn main() -> npz_core::Result<()> {
    let weights = Array2::zeros((2, 2));
    Borrowed { weights: weights.view() }.save("run.npz")?;
    Borrowed::load("run.npz")?;
    Generic { model: &weights }.save("run.npz")?;
    Generic::<&Array2<f32>>::load("run.npz")?;
    Ok(())
}
