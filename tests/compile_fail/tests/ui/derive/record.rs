use npz_core::NpyRecord;

#[derive(NpyRecord, Clone)]
enum Choice {
    A,
}

#[derive(NpyRecord, Clone, Copy)]
union Either {
    a: u32,
    b: f32,
}

#[derive(NpyRecord, Clone)]
struct Unit;

#[derive(NpyRecord, Clone)]
struct AllSkipped {
    #[npy(skip)]
    a: u32,
}

#[derive(NpyRecord, Clone, Copy)]
#[repr(C, packed)]
struct Packed {
    a: u32,
}

#[derive(NpyRecord, Clone)]
struct Borrowing<'a> {
    a: &'a u32,
}

#[derive(NpyRecord, Clone)]
#[npy(rename_all = "camelCase")]
struct Tuple(u32);

#[derive(NpyRecord, Clone)]
#[npy(pod)]
struct Skips {
    #[npy(skip, rename = "b", alias = "c", title = "d", offset = 4, cast = "safe")]
    a: u32,
    b: u32,
}

#[derive(NpyRecord, Clone)]
#[npy(align, itemsize = 8)]
struct Aligned {
    #[npy(offset = 4)]
    a: u32,
}

#[derive(NpyRecord, Clone)]
#[npy(itemsize = 8)]
struct Places {
    #[npy(offset = 8)]
    a: u32,
    #[npy(offset = 4)]
    b: u32,
}

#[derive(NpyRecord, Clone)]
struct NoSize {
    name: String,
    names: [[String; 2]; 3],
    values: Vec<f32>,
    #[npy(skip)]
    cache: Vec<f32>,
}

#[derive(NpyRecord, Clone)]
#[npy(rename_all = "PascalCase")]
struct Names {
    #[npy(rename = "B", alias = "C", title = "D")]
    a: u32,
    b: u32,
    #[npy(alias = "C", title = "D")]
    e: u32,
    __: u32,
    #[npy(title = "F")]
    f: u32,
}

#[derive(NpyRecord, Clone)]
#[npy(align = "yes", allign, skip, rename_all = "camel", tag = "kind")]
struct Words {
    #[npy(rename = "", title, cast = "unsafe", pod, skip = true, skip, skip, offset = "4", default = 3)]
    a: u32,
    #[npy]
    b: u32,
    #[npy(, "c")]
    c: u32,
}

fn main() {}
