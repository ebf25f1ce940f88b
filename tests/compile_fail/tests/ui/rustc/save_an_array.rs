// One array has no name in an archive; the message says what to call.
use npz_core::Npz;

fn main() {
    let array = ndarray::array![1.0, 2.0];
    array.save("a.npy").unwrap();
    vec![1.0, 2.0].save_compressed("a.npz").unwrap();
}
