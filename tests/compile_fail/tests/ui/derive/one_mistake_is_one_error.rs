use npz_core::Npz;

#[derive(Npz)]
struct Inner<T> {
    #[npz(renam = "w")]
    weights: T,
}

#[derive(Npz)]
struct Outer {
    inner: Inner<Vec<f32>>,
    layers: Vec<Inner<f32>>,
}

fn main() -> npz_core::Result<()> {
    let outer = Outer::load("run.npz")?;
    outer.inner.save("inner.npz")?;
    outer.save("run.npz")
}
