//! Saving and loading through the derive, beside the same written by hand, member by member, and beside `ndarray-npy`.
//!
//! All write the same arrays under the same names. `npz-core` writes atomically on both sides; `ndarray-npy` writes to
//! the file itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use benchmarks::{Outcome, Samples, Side, is_smoke, machine, take_turns, time};
use ndarray::{Array2, arr0};
use npz_core::{Npz, NpzReader, NpzWriter, SaveOptions};

/// A state that is saved and loaded in three ways.
trait State: Npz + npz_core::FromMembers {
    fn add_all<W: Write>(&self, writer: &mut NpzWriter<W>) -> npz_core::Result<()>;
    fn get_all<R: npz_core::ReadAt>(npz: &NpzReader<R>) -> npz_core::Result<Self>;
    fn add_all_peer<W: Write + std::io::Seek>(
        &self,
        writer: &mut ndarray_npy::NpzWriter<W>,
    ) -> Result<(), ndarray_npy::WriteNpzError>;
    fn get_all_peer(npz: &mut ndarray_npy::NpzReader<BufReader<File>>) -> Outcome<Self>;
}

/// A struct of arrays with the three ways to save and load it.
macro_rules! state {
    ($name:ident { $($field:ident)* }) => {
        #[derive(Npz)]
        struct $name { $($field: Array2<f32>,)* }

        impl $name {
            fn new(rows: usize, columns: usize) -> Self {
                let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
                Self { $($field: Array2::from_shape_simple_fn((rows, columns), || noise.next()),)* }
            }
        }

        impl State for $name {
            fn add_all<W: Write>(&self, writer: &mut NpzWriter<W>) -> npz_core::Result<()> {
                $(writer.add(stringify!($field), &self.$field)?;)*
                Ok(())
            }
            fn get_all<R: npz_core::ReadAt>(npz: &NpzReader<R>) -> npz_core::Result<Self> {
                Ok(Self { $($field: npz.get(stringify!($field))?,)* })
            }
            fn add_all_peer<W: Write + std::io::Seek>(
                &self,
                writer: &mut ndarray_npy::NpzWriter<W>,
            ) -> Result<(), ndarray_npy::WriteNpzError> {
                $(writer.add_array(stringify!($field), &self.$field)?;)*
                Ok(())
            }
            fn get_all_peer(npz: &mut ndarray_npy::NpzReader<BufReader<File>>) -> Outcome<Self> {
                Ok(Self { $($field: npz.by_name(concat!(stringify!($field), ".npy"))?,)* })
            }
        }
    };
}

state!(Large { a b c d });
state!(Small {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9
    d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9
    g0 g1 g2 g3 g4 g5 g6 g7 g8 g9 h0 h1 h2 h3 h4 h5 h6 h7 h8 h9 i0 i1 i2 i3 i4 i5 i6 i7 i8 i9
    j0 j1 j2 j3 j4 j5 j6 j7 j8 j9
});

/// Many members whose names are data: what there are of each, and how the peer writes and reads one.
macro_rules! map_state {
    ($(#[$doc:meta])* $name:ident: $value:ty, $make:expr, $to_peer:expr, $from_peer:expr, $peer:ty) => {
        $(#[$doc])*
        #[derive(Npz)]
        struct $name {
            values: BTreeMap<String, $value>,
        }

        impl $name {
            fn new(count: usize) -> Self {
                let make: fn(usize) -> $value = $make;
                Self { values: (0..count).map(|i| (format!("step_{i:06}"), make(i))).collect() }
            }
        }

        impl State for $name {
            fn add_all<W: Write>(&self, writer: &mut NpzWriter<W>) -> npz_core::Result<()> {
                self.values.iter().try_for_each(|(key, value)| writer.add(&format!("values.{key}"), value))
            }
            fn get_all<R: npz_core::ReadAt>(npz: &NpzReader<R>) -> npz_core::Result<Self> {
                let key = |name: &str| name.strip_prefix("values.").unwrap_or(name).to_owned();
                let values = npz.names().map(|name| Ok((key(name), npz.get(name)?)));
                Ok(Self { values: values.collect::<npz_core::Result<_>>()? })
            }
            fn add_all_peer<W: Write + std::io::Seek>(
                &self,
                writer: &mut ndarray_npy::NpzWriter<W>,
            ) -> Result<(), ndarray_npy::WriteNpzError> {
                let to_peer: fn(&$value) -> $peer = $to_peer;
                let mut values = self.values.iter();
                values.try_for_each(|(key, value)| writer.add_array(format!("values.{key}"), &to_peer(value)))
            }
            fn get_all_peer(npz: &mut ndarray_npy::NpzReader<BufReader<File>>) -> Outcome<Self> {
                let from_peer: fn($peer) -> $value = $from_peer;
                let mut values = BTreeMap::new();
                for i in 0..npz.len() {
                    let array: $peer = npz.by_index(i)?;
                    values.insert(format!("step_{i:06}"), from_peer(array));
                }
                Ok(Self { values })
            }
        }
    };
}

map_state!(
    /// A log of a training run.
    Scalars: f64, |i| i as f64 * 0.5, |value| arr0(*value), ndarray::Array0::into_scalar, ndarray::Array0<f64>
);
map_state!(
    /// Many small arrays.
    Arrays: Vec<f32>,
    |i| vec![i as f32; 100],
    |value| ndarray::Array1::from_vec(value.clone()),
    |array| array.into_raw_vec_and_offset().0,
    ndarray::Array1<f32>
);

/// Values like those of a trained layer: small, of both signs, with random low bits.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f32 / (1 << 24) as f32 - 0.5) * 0.1
    }
}

fn main() -> Outcome<()> {
    let smoke = is_smoke();
    let rounds = if smoke { 1 } else { 9 };
    // Memory, where the system shows it as a folder: a disk would be slower than what is compared.
    let memory = Path::new("/dev/shm");
    let (folder, place) = if memory.is_dir() {
        (tempfile::tempdir_in(memory)?, "a folder in memory")
    } else {
        (tempfile::tempdir()?, "the folder for temporary files")
    };
    println!("{}; {rounds} rounds; files in {place}", machine());
    println!("times are medians; ratios are against the derive in the same round: median (least to most)");

    let (large, deflated, scalars, arrays) =
        if smoke { (64, 16, 100, 10) } else { (4096, 1024, 100_000, 1000) };
    let mut bench = Bench { folder: folder.path().to_path_buf(), rounds, repeats: 1 };
    bench.repeats = if smoke { 1 } else { 20 };
    bench.run("100 arrays of 4 KiB", &Small::new(32, 32), true)?;
    bench.run(&format!("{arrays} arrays of 400 bytes in a map"), &Arrays::new(arrays), false)?;
    bench.repeats = 1;
    bench.run(&format!("{scalars} scalars in a map"), &Scalars::new(scalars), false)?;
    let size = |side: usize| match side * side * 4 {
        bytes @ ..0x10_0000 => format!("{} KiB", bytes >> 10),
        bytes => format!("{} MiB", bytes >> 20),
    };
    bench.run(&format!("4 arrays of {}", size(large)), &Large::new(large, large), false)?;
    bench.run_one(&format!("4 arrays of {}", size(deflated)), &Large::new(deflated, deflated), true)
}

struct Bench {
    folder: PathBuf,
    rounds: usize,
    /// How often a side does its work in one round, where once is too short to be timed.
    repeats: usize,
}

impl Bench {
    fn run<S: State>(&self, what: &str, state: &S, both: bool) -> Outcome<()> {
        self.run_one(what, state, false)?;
        if both { self.run_one(what, state, true) } else { Ok(()) }
    }

    fn run_one<S: State>(&self, what: &str, state: &S, compressed: bool) -> Outcome<()> {
        let options = if compressed { SaveOptions::compressed() } else { SaveOptions::stored() };
        let path = self.folder.join("state.npz");
        let by_hand = self.folder.join("by_hand.npz");
        let peer_path = self.folder.join("peer.npz");
        println!("\n{what}, {}", if compressed { "deflate" } else { "stored" });

        let save_peer = || -> Outcome<()> {
            let file = BufWriter::new(File::create(&peer_path)?);
            let new =
                if compressed { ndarray_npy::NpzWriter::new_compressed } else { ndarray_npy::NpzWriter::new };
            let mut writer = new(file);
            state.add_all_peer(&mut writer)?;
            writer.finish()?.flush()?;
            Ok(())
        };
        let save_by_hand = || -> Outcome<()> {
            let mut writer = NpzWriter::create_with(&by_hand, &options)?;
            state.add_all(&mut writer)?;
            Ok(writer.finish()?)
        };
        let saved = take_turns(
            self.rounds,
            vec![
                self.side("derive", || Ok(state.save_with(&path, &options)?)),
                self.side("by hand", save_by_hand),
                self.side("ndarray-npy", save_peer),
            ],
        )?;
        report("save to a file", &saved);
        // The comparison is of the same work.
        if std::fs::read(&path)? != std::fs::read(&by_hand)? {
            return Err("the derive and the code by hand wrote different files".into());
        }

        let bytes_by_hand = || -> Outcome<Vec<u8>> {
            let mut bytes = Vec::new();
            let mut writer = NpzWriter::with_options(&mut bytes, &options)?;
            state.add_all(&mut writer)?;
            writer.finish()?;
            Ok(bytes)
        };
        let in_memory = take_turns(
            self.rounds,
            vec![
                self.side("derive", || Ok(state.to_bytes_with(&options)?)),
                self.side("by hand", bytes_by_hand),
            ],
        )?;
        report("save to bytes", &in_memory);

        let load_peer = || -> Outcome<S> {
            let file = BufReader::new(File::open(&peer_path)?);
            S::get_all_peer(&mut ndarray_npy::NpzReader::new(file)?)
        };
        let loaded = take_turns(
            self.rounds,
            vec![
                self.side("derive", || Ok(S::load(&path)?)),
                self.side("by hand", || Ok(S::get_all(&NpzReader::open(&path)?)?)),
                self.side("ndarray-npy", load_peer),
            ],
        )?;
        report("load from a file", &loaded);
        Ok(())
    }

    fn side<'a, T>(&self, name: &'a str, work: impl Fn() -> Outcome<T> + 'a) -> Side<'a> {
        let repeats = self.repeats;
        let timed = move || {
            let begin = Instant::now();
            for _ in 0..repeats {
                black_box(work()?);
            }
            Ok(begin.elapsed() / repeats as u32)
        };
        (name, Box::new(timed))
    }
}

fn report(what: &str, sides: &[Samples]) {
    let Some((derive, others)) = sides.split_first() else { return };
    let median = |side: &Samples| time(benchmarks::Spread::of(side.seconds.iter().copied()).median);
    println!("  {what:<17} {:<12} {:>9}", derive.name, median(derive));
    for other in others {
        let ratio = other.against(derive, |other, derive| other / derive);
        println!(
            "  {:<17} {:<12} {:>9}   {:.2} ({:.2} to {:.2})",
            "",
            other.name,
            median(other),
            ratio.median,
            ratio.least,
            ratio.most
        );
    }
}
