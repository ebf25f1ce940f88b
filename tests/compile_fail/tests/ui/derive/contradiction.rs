use npz_core::Npz;

#[derive(Npz)]
struct State {
    #[npz(skip, rename = "a")]
    a: u8,
    #[npz(skip, alias = "b", flatten)]
    b: u8,
    #[npz(skip, with = "module", cast = "safe")]
    c: u8,
    #[npz(flatten, rename = "d")]
    d: Inner,
    #[npz(alias = "e", flatten)]
    e: Inner,
}

#[derive(Npz)]
struct Inner {
    x: u8,
}

fn main() {}
