use npz_core::Npz;

#[derive(Npz)]
struct State {
    #[npz(store_as = "f32")]
    a: Vec<f64>,
    #[npz(store_as = "short")]
    b: Vec<f64>,
    #[npz(store_as = "f2", store_as = "f4")]
    c: Vec<f64>,
    #[npz(skip, store_as = "f2")]
    d: Vec<f64>,
    #[npz(json, store_as = "f2")]
    e: Vec<f64>,
    #[npz(string = "utf-8")]
    f: String,
    #[npz(string = "latin1")]
    g: String,
    #[npz(string)]
    h: String,
    #[npz(string = "S", string = "U")]
    i: String,
    #[npz(skip, string = "S")]
    j: String,
}

#[derive(Npz)]
#[npz(store_as = "f2")]
struct Outer {
    a: Vec<f64>,
}

#[derive(Npz)]
#[npz(transparent)]
struct Text(#[npz(string = "S")] String);

#[derive(Npz)]
#[npz(transparent)]
struct Meters(#[npz(store_as = "f4")] f64);

fn main() {}
