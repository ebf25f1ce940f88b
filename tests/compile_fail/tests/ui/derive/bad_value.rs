use npz_core::Npz;

#[derive(Npz)]
#[npz(rename_all = "camelcase")]
#[npz(separator = "")]
#[npz(bound = "T")]
#[npz(crate = "npz core")]
#[npz(default = "Self::new()")]
struct State<T> {
    #[npz(cast = "samekind")]
    a: T,
    #[npz(cast = "unsafe")]
    b: T,
    #[npz(rename = "")]
    c: T,
    #[npz(alias = "nul\0")]
    d: T,
    #[npz(with = "a b")]
    e: T,
    #[npz(default = "1 + 1")]
    f: T,
}

#[derive(Npz)]
#[npz(rename_all = "Title Case")]
struct Other {
    a: u8,
}

fn main() {}
