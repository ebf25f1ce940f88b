use ndarray::Array2;
use npz_core::Npz;

#[derive(Clone)]
struct Rgb(u8, u8, u8);

#[derive(Npz)]
struct Image {
    pixels: Array2<Rgb>,
}

fn main() -> npz_core::Result<()> {
    let letters: Array2<char> = npz_core::npy::load("letters.npy")?;
    drop(letters);
    Ok(())
}
