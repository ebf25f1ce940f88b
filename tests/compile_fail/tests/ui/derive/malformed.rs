use npz_core::Npz;

#[derive(Npz)]
#[npz(allow_unknown = true)]
struct State {
    #[npz(rename)]
    a: u8,
    #[npz(rename = 3)]
    b: u8,
    #[npz(rename("c"))]
    c: u8,
    #[npz(skip = "yes")]
    d: u8,
    #[npz(rename = "e" default)]
    e: u8,
    #[npz("f")]
    f: u8,
    #[npz(default, , skip)]
    g: u8,
    #[npz]
    h: u8,
    #[npz = "i"]
    i: u8,
    #[npz(alias = "j"u8)]
    j: u8,
}

fn main() {}
