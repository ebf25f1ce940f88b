use npz_core::Npz;

#[derive(Npz)]
struct Renamed {
    weights: Vec<f32>,
    #[npz(rename = "weights")]
    biases: Vec<f32>,
}

#[derive(Npz)]
struct Aliased {
    #[npz(alias = "b", alias = "c", alias = "c")]
    a: u8,
    b: u8,
}

#[derive(Npz)]
#[npz(rename_all = "camelCase")]
struct Cased {
    max_len: u8,
    max__len: u8,
    __: u8,
}

#[derive(Npz)]
struct Tuple(u8, #[npz(rename = "0")] u8);

#[derive(Npz)]
struct Suffix {
    #[npz(rename = "a.npy")]
    first: u8,
    a: u8,
}

fn main() {}
