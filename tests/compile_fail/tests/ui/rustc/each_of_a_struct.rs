use npz_core::Npz;

#[derive(Npz)]
struct Layer {
    weights: Vec<f32>,
}

#[derive(Npz)]
struct Model {
    #[npz(each = "layer_{}")]
    layer: Layer,
}

#[derive(Npz)]
struct Names {
    #[npz(each = "layer_{}")]
    layers: Vec<Layer>,
    layer_0: f32,
}

fn main() {}
