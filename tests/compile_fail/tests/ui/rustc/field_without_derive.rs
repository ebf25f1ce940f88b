use npz_core::Npz;

struct Layer {
    weights: Vec<f32>,
}

#[derive(Npz)]
struct Model {
    layers: Vec<Layer>,
}

fn main() {}
