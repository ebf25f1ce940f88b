use npz_core::Npz;

#[derive(Npz)]
struct Run {
    loss: Result<f64, String>,
    outcomes: Vec<Result<u8, ()>>,
}

fn main() {}
