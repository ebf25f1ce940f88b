use npz_core::Npz;

#[derive(Npz)]
#[npz(rename = "other", skip)]
struct State {
    #[npz(rename_all = "camelCase")]
    weights: Vec<f32>,
    #[npz(allow_unknown)]
    #[npz(crate = "npz_core", separator = "/")]
    biases: Vec<f32>,
}

fn main() {}
