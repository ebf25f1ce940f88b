use npz_core::Npz;

struct Handle;

#[derive(Npz)]
struct Inner {
    x: u8,
}

#[derive(Npz)]
struct Skipped {
    #[npz(skip)]
    handle: Handle,
    #[npz(default)]
    inner: Inner,
}

#[derive(Npz)]
#[npz(default)]
struct Whole {
    x: u8,
}

fn main() {}
