use npz_core::Npz;

#[derive(Npz)]
struct Node {
    value: u8,
    #[npz(flatten)]
    next: Option<Box<Node>>,
    #[npz(flatten)]
    other: Option<Box<Self>>,
}

fn main() {}
