use npz_core::Npz;

fn seven() -> u32 {
    7
}

fn from_seed(seed: u64) -> u64 {
    seed
}

#[derive(Npz)]
struct Fields {
    #[npz(default = "seven")]
    a: u64,
    #[npz(default = "from_seed")]
    b: u64,
    #[npz(default = "eight")]
    c: u64,
    #[npz(skip, default = "seven")]
    d: String,
}

#[derive(Npz)]
#[npz(default = "seven")]
struct Whole {
    a: u64,
}

fn main() {}
