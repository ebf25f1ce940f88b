use ndarray::Array2;
use npz_core::Npz;

struct NotDerived {
    x: f32,
}

fn save_all(parts: &[impl Npz + npz_core::ToMembers]) {
    for part in parts {
        part.save("part.npz").unwrap();
    }
}

fn main() {
    save_all(&[Array2::<f32>::zeros((2, 2))]);
    save_all(&[NotDerived { x: 1.0 }]);
    let list: Vec<f32> = Npz::load("list.npz").unwrap();
}
