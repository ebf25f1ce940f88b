use npz_core::Npz;

#[derive(Npz)]
enum Never {}

#[derive(Npz)]
union Bits {
    float: f32,
    int: u32,
}

#[derive(Npz)]
#[repr(C, packed)]
struct Packed {
    a: u8,
    b: u32,
}

#[derive(Npz)]
#[npz(rename_all = "camelCase")]
struct Pair(u8, u8);

#[derive(Npz)]
#[npz(rename_all = "camelCase")]
struct Unit;

fn main() {}
