use npz_core::Npz;
use std::collections::BTreeMap;

#[derive(Npz)]
struct Inner {
    x: f32,
    y: f32,
}

#[derive(Npz)]
struct Middle {
    z: u8,
    #[npz(flatten)]
    inner: Option<Box<Inner>>,
}

#[derive(Npz)]
struct BesideAField {
    y: u64,
    #[npz(flatten)]
    inner: Inner,
}

#[derive(Npz)]
struct BesideAnAlias {
    #[npz(alias = "x")]
    a: u64,
    #[npz(flatten)]
    middle: Middle,
}

#[derive(Npz)]
struct TwoFlattened(#[npz(flatten)] Inner, #[npz(flatten)] Middle);

#[derive(Npz)]
struct BelowAField {
    m: Vec<f32>,
    #[npz(flatten)]
    first: First,
}

#[derive(Npz)]
struct First {
    #[npz(rename = "m.0")]
    first: f32,
}

#[derive(Npz)]
struct RenamedIntoAField {
    #[npz(rename = "inner.y")]
    a: f32,
    inner: Inner,
}

#[derive(Npz)]
#[npz(separator = "/")]
struct UnderAnotherSeparator {
    #[npz(rename = "inner/y")]
    a: f32,
    inner: Inner,
}

#[derive(Npz)]
#[npz(tag = "z")]
enum Choice {
    One {
        #[npz(flatten)]
        inner: Inner,
    },
    Other {
        #[npz(flatten)]
        middle: Middle,
    },
}

#[derive(Npz)]
#[npz(transparent)]
struct Wrapped(Inner);

#[derive(Npz)]
struct FlattenedEnum {
    tag: u8,
    #[npz(flatten)]
    kind: Kind,
    #[npz(flatten)]
    wrapped: Wrapped,
}

#[derive(Npz)]
enum Kind {
    A { x: f32 },
    B,
}

#[derive(Npz)]
struct Entry {
    map: BTreeMap<String, u64>,
    #[npz(rename = "map.k")]
    k: u64,
}

#[derive(Npz)]
struct Element {
    #[npz(rename = "list.1")]
    other: u64,
    list: Vec<Option<u64>>,
}

#[derive(Npz)]
struct Count {
    list: Option<Vec<Inner>>,
    #[npz(rename = "list.len")]
    count: u64,
}

#[derive(Npz)]
struct GreedyFirst {
    #[npz(flatten)]
    rest: BTreeMap<String, f64>,
    #[npz(flatten)]
    inner: Inner,
}

#[derive(Npz)]
struct TwoMaps {
    #[npz(flatten)]
    one: BTreeMap<String, f64>,
    #[npz(flatten)]
    two: Option<BTreeMap<String, u8>>,
}

#[derive(Npz)]
#[npz(version = 1)]
struct VersionOfBoth {
    #[npz(flatten)]
    versioned: Versioned,
}

#[derive(Npz)]
#[npz(version = 3)]
struct Versioned {
    v: f32,
}

#[derive(Npz)]
struct Pair {
    pair: (u8, u8),
    #[npz(rename = "pair.1")]
    other: u8,
}

#[derive(Npz)]
struct BesideAList {
    layers: Vec<Inner>,
    #[npz(rename = "layers.meta")]
    meta: u64,
}

#[derive(Npz)]
struct NoCollision {
    #[npz(rename = "inner.z")]
    a: f32,
    inner: Inner,
    #[npz(flatten)]
    other: Middle,
    #[npz(flatten)]
    rest: BTreeMap<String, f64>,
}

fn main() {}
