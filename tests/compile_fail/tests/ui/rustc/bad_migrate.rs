use npz_core::{Npz, OldMembers};

#[derive(Npz)]
#[npz(version = 1, migrate = "nowhere")]
struct Missing {
    a: f32,
}

#[derive(Npz)]
#[npz(version = 1, migrate = "by_value")]
struct Other {
    a: f32,
}

fn by_value(_: OldMembers<'_>) -> Result<(), String> {
    Ok(())
}

fn main() {}
