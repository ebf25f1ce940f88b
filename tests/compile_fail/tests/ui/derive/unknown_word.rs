use npz_core::Npz;

#[derive(Npz)]
#[npz(rename_al = "camelCase")]
#[npz(deny_unknown)]
struct State {
    #[npz(renam = "w", flaten)]
    weights: Vec<f32>,
    #[npz(serialize_with = "module")]
    biases: Vec<f32>,
    #[npz(Default)]
    epoch: u64,
}

fn main() {}
