use npz_core::Npz;

#[derive(Npz)]
#[npz(validate = "is_fine")]
struct Run {
    #[npz(skip_if = "f64::is_nan")]
    loss: f64,
}

fn is_fine(run: &Run) -> bool {
    run.loss > 0.0
}

#[derive(Npz)]
enum Activation {
    Relu,
}

fn main() {
    Activation::Relu.save("activation.npz").unwrap();
}
