use npz_core::Npz;

#[derive(Npz)]
#[npz(crate = "crate::no_such_module")]
struct State {
    x: u8,
}

fn main() {}
