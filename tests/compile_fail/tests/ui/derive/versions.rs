//! Mistakes with `version` and `migrate`, each told where it stands.

use npz_core::Npz;

#[derive(Npz)]
#[npz(migrate = "from_older")]
struct WithoutVersion {
    a: f32,
}

#[derive(Npz)]
#[npz(version = 0)]
struct Zero {
    a: f32,
}

#[derive(Npz)]
#[npz(version = "2", version = 3)]
struct Text {
    a: f32,
}

#[derive(Npz)]
#[npz(version = 1)]
struct Taken {
    __version__: u32,
    #[npz(alias = "__version__")]
    a: f32,
}

#[derive(Npz)]
#[npz(transparent, version = 1, migrate = "from_older")]
struct Meters(f32);

#[derive(Npz)]
#[npz(version = 1, migrate = "from_older")]
enum Choice {
    A,
    B,
}


#[derive(Npz)]
struct Misplaced {
    #[npz(version = 1)]
    a: f32,
}

fn main() {}
