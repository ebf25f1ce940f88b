use npz_core::Npz;

#[derive(Npz)]
#[npz(separator = "/", separator = ".")]
struct State {
    #[npz(rename = "w", rename = "W")]
    weights: Vec<f32>,
    #[npz(skip)]
    #[npz(skip)]
    scratch: Vec<f32>,
}

fn main() {}
