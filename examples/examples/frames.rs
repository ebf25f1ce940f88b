//! Heat spreads on a plate. Each frame is appended to a `.npy` file, and Python looks at the file while it grows.
//!
//! `cargo run --release --example frames`, about a second. The file stays in `target/frames` of this workspace. Python is `python3`, or
//! what `NPZ_PYTHON` names; without NumPy the frames are watched from here. To watch by hand, run `examples/watch.py` beside it.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use ndarray::{Array2, Array3, Axis, s};
use npz_core::{NpyAppender, npy};

const SIDE: usize = 64;
const FRAMES: usize = 100;
const STEPS_PER_FRAME: usize = 20;

/// A plate with a hot corner; its edges let no heat out.
struct Plate(Array2<f32>);

impl Plate {
    fn new() -> Self {
        let is_hot = |(row, column)| row < SIDE / 3 && column < SIDE / 3;
        Self(Array2::from_shape_fn((SIDE, SIDE), |place| if is_hot(place) { 1.0 } else { 0.0 }))
    }

    /// Every cell comes nearer to its neighbours.
    fn advance(&mut self) {
        let old = self.0.clone();
        for axis in [Axis(0), Axis(1)] {
            let (before, behind) = (old.slice_axis(axis, (..-1).into()), old.slice_axis(axis, (1..).into()));
            let flow = 0.2 * (&behind - &before);
            let mut before = self.0.slice_axis_mut(axis, (..-1).into());
            before += &flow;
            let mut behind = self.0.slice_axis_mut(axis, (1..).into());
            behind -= &flow;
        }
    }
}

/// Computes frames and appends each; a reader sees it at once.
fn simulate(path: &Path) -> npz_core::Result<()> {
    let mut plate = Plate::new();
    let mut frames = NpyAppender::open::<f32>(path, &[SIDE, SIDE])?;
    while frames.rows() < FRAMES {
        frames.push(&plate.0)?;
        frames.flush()?;
        (0..STEPS_PER_FRAME).for_each(|_| plate.advance());
        thread::sleep(Duration::from_millis(5)); // a real simulation takes longer
    }
    frames.finish()
}

/// Has Python watch; `false` if there is none with NumPy.
fn watch_from_python(path: &Path) -> bool {
    let python = std::env::var("NPZ_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("watch.py");
    let status = Command::new(python).arg(script).arg(path).arg(FRAMES.to_string()).status();
    status.is_ok_and(|status| status.success())
}

fn watch_from_here(path: &Path, is_over: impl Fn() -> bool) -> npz_core::Result<()> {
    println!("There is no Python with NumPy here, so Rust watches:");
    let mut told = 0;
    while !is_over() {
        let frames: Array3<f32> = npy::load(path)?;
        let seen = frames.len_of(Axis(0));
        if seen >= told + 10 {
            told = seen;
            let hottest = frames.slice(s![-1, .., ..]).fold(0.0, |most: f32, &cell| most.max(cell));
            println!("  Rust sees {seen:3} frames; the last: hottest {hottest:.3}");
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("frames");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("frames.npy");
    // Frames of an earlier run would stand before these. The new file is there before anybody looks for it.
    std::fs::remove_file(&path).ok();
    NpyAppender::open::<f32>(&path, &[SIDE, SIDE])?.finish()?;

    thread::scope(|scope| {
        let simulation = scope.spawn(|| simulate(&path));
        if !watch_from_python(&path) {
            watch_from_here(&path, || simulation.is_finished())?;
        }
        simulation.join().map_err(|_| npz_core::Error::custom("the simulation panicked"))?
    })?;

    let frames: Array3<f32> = npy::load(&path)?;
    assert_eq!(frames.shape(), [FRAMES, SIDE, SIDE]);
    let heat = |frame: usize| frames.index_axis(Axis(0), frame).sum();
    assert!((heat(0) - heat(FRAMES - 1)).abs() < 1e-2 * heat(0), "heat was lost");
    println!("All {FRAMES} frames are there: {}", path.display());
    Ok(())
}
