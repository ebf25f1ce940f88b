use npz_core::Npz;

#[derive(Npz)]
struct Checkpoint<M> {
    model: M,
    epoch: u64,
}

fn save<M>(state: &Checkpoint<M>) -> npz_core::Result<()> {
    state.save("run.npz")
}

fn load<M: npz_core::ToMembers>() -> npz_core::Result<Checkpoint<M>> {
    Checkpoint::load("run.npz")
}

fn main() {}
