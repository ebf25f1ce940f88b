use npz_core::NpyRecord;

#[derive(Clone)]
struct Plain;

type Text = String;

#[derive(NpyRecord, Clone)]
struct OtherField {
    a: Option<u32>,
}

#[derive(NpyRecord, Clone)]
struct PlainField {
    a: [Plain; 2],
}

#[derive(NpyRecord, Clone)]
struct Hidden {
    a: [Text; 2],
}

type Bytes = Vec<u8>;

#[derive(NpyRecord, Clone)]
struct HiddenBytes {
    a: Bytes,
}

#[derive(NpyRecord)]
struct NotClone {
    a: u32,
}

#[derive(NpyRecord, Clone, Copy)]
#[npy(pod)]
struct NotPod {
    a: u32,
}

fn main() {
    npz_core::npy::to_bytes(&ndarray::arr0(Plain)).ok();
}
