use npz_core::Npz;

#[derive(Npz)]
#[npz(tag = "kind", transparent, rename_all_fields = "camelCase")]
enum Optimizer {
    #[npz(skip)]
    Sgd { kind: f32 },
    #[npz(alias = "Sgd", tag = "adam")]
    Adam(#[npz(rename_all = "camelCase")] f32),
}

#[derive(Npz)]
#[npz(tag = "kind", validate = "check")]
enum Activation {
    #[npz(rename = "Tanh")]
    Relu,
    Tanh,
}

#[derive(Npz)]
#[npz(tag = "kind")]
struct NoEnum {
    #[npz(skip_save, skip_load)]
    neither: f32,
    #[npz(json, flatten)]
    text: f32,
}

#[derive(Npz)]
#[npz(transparent)]
struct Pair(f32, f32);

fn main() {}
