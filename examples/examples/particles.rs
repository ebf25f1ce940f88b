//! Simulates a gas, restarts it bit for bit from a file, streams its trajectory into an archive, and lets it blow up:
//! the last good file survives.
//!
//! `cargo run --release --example particles`, less than a second. The files stay in `target/particles` of this
//! workspace.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use examples::gas::{Boundary, Neighbours, forces};
use examples::pcg::Pcg64;
use ndarray::{Array1, Array2, Axis};
use npz_core::{ErrorKind, Npz, NpzReader, NpzWriter};

const STEPS: u64 = 2000;
/// The thermostat is on until here; then the energy has to stay.
const WARM_UP: u64 = 800;
const STEPS_PER_CHECKPOINT: u64 = 500;
const STEPS_PER_FRAME: u64 = 200;
const TEMPERATURE: f64 = 0.8;

/// The whole state of the simulation.
#[derive(Npz, Clone, Debug)]
#[npz(validate = "Simulation::validate")]
struct Simulation {
    /// One row a molecule. A NaN is never saved.
    #[npz(finite, shape = "(_, 2)")]
    positions: Array2<f64>,
    #[npz(finite, shape = "(_, 2)")]
    velocities: Array2<f64>,
    boundary: Boundary,
    time: f64,
    time_step: f64,
    step: u64,
    /// Draws the impacts of the thermostat.
    rng: Pcg64,
    /// Only after the warm-up; a file from before simply does not have the members.
    diagnostics: Option<Diagnostics>,
    /// In Python `f["started"][()]`, a `datetime64[ns]`.
    started: SystemTime,
    /// The computing time over all restarts.
    elapsed: Duration,
    /// Follows from the positions: found anew by the first step after a load.
    #[npz(skip, default = "Neighbours::unknown")]
    neighbours: Neighbours,
}

/// What is measured on the way.
#[derive(Npz, Clone, Debug)]
struct Diagnostics {
    energies: Vec<f64>,
    /// How many molecules were found in each tenth of speed.
    #[npz(compression = "deflate")]
    speeds: Array1<u64>,
}

/// One picture of a trajectory: `f32` is enough to look at.
#[derive(Npz)]
struct Frame {
    time: f64,
    positions: Array2<f32>,
}

/// The file of a trajectory: `frames.0.time`, `frames.0.positions`, `frames.1.time`, ...
#[derive(Npz)]
struct Trajectory {
    frames: Vec<Frame>,
}

impl Simulation {
    /// Puts `side * side` molecules on a grid inside of walls, with random velocities.
    fn new(side: usize, seed: u64) -> Self {
        let mut rng = Pcg64::new(seed, 0);
        let place = |(i, axis)| 1.4 * (0.5 + if axis == 0 { i % side } else { i / side } as f64);
        let velocity = || TEMPERATURE.sqrt() * rng.normal();
        let velocities = Array2::from_shape_simple_fn((side * side, 2), velocity);
        Self {
            positions: Array2::from_shape_fn((side * side, 2), place),
            velocities,
            boundary: Boundary::Walls { size: [1.4 * side as f64; 2], stiffness: 50.0 },
            time: 0.0,
            time_step: 0.004,
            step: 0,
            rng,
            diagnostics: None,
            started: SystemTime::now(),
            elapsed: Duration::ZERO,
            neighbours: Neighbours::unknown(),
        }
    }

    /// What the headers can't tell; asked before every save and after every load.
    fn validate(&self) -> Result<(), String> {
        let (places, speeds) = (self.positions.nrows(), self.velocities.nrows());
        if places != speeds {
            return Err(format!("{places} molecules have a position, {speeds} a velocity"));
        }
        Ok(())
    }

    /// Moves all molecules one step (Verlet, 1967), which keeps the energy over long times.
    fn advance(&mut self) {
        let begin = Instant::now();
        let (force, _) = forces(&self.positions, &mut self.neighbours, &self.boundary);
        self.velocities.scaled_add(self.time_step / 2.0, &force);
        self.positions.scaled_add(self.time_step, &self.velocities);
        let (force, potential) = forces(&self.positions, &mut self.neighbours, &self.boundary);
        self.velocities.scaled_add(self.time_step / 2.0, &force);
        self.step += 1;
        self.time += self.time_step;

        if self.step <= WARM_UP {
            // Now and then a molecule meets one of the warm wall (Andersen, 1980).
            for mut velocity in self.velocities.outer_iter_mut() {
                if self.rng.unit() < 0.01 {
                    velocity.mapv_inplace(|_| TEMPERATURE.sqrt() * self.rng.normal());
                }
            }
        } else {
            let diagnostics = self
                .diagnostics
                .get_or_insert_with(|| Diagnostics { energies: Vec::new(), speeds: Array1::zeros(50) });
            let squares = (&self.velocities * &self.velocities).sum_axis(Axis(1));
            diagnostics.energies.push(squares.sum() / 2.0 + potential);
            for square in squares {
                diagnostics.speeds[((10.0 * square.sqrt()) as usize).min(49)] += 1;
            }
        }
        self.elapsed += begin.elapsed();
    }

    /// Runs up to a step; saves every few hundred steps if there is a path.
    fn run_to(&mut self, last: u64, path: Option<&Path>) -> npz_core::Result<()> {
        while self.step < last {
            self.advance();
            if let Some(path) = path.filter(|_| self.step.is_multiple_of(STEPS_PER_CHECKPOINT)) {
                self.save(path)?;
                println!("  saved at step {}, time {:.1}", self.step, self.time);
            }
        }
        Ok(())
    }

    /// The bytes of the state without the clocks, which differ from run to run.
    fn physics(&self) -> npz_core::Result<Vec<u8>> {
        let timeless = Self { started: SystemTime::UNIX_EPOCH, elapsed: Duration::ZERO, ..self.clone() };
        timeless.to_bytes()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("particles");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("gas.npz");

    let mut uninterrupted = Simulation::new(8, 7);
    uninterrupted.run_to(STEPS, None)?;
    let count = uninterrupted.positions.nrows();
    println!("{count} molecules ran for {STEPS} steps in {:.2?}", uninterrupted.elapsed);

    // The first stop is in the warm-up (there are no diagnostics yet), the second after it.
    println!("\nThe same, stopped twice:");
    Simulation::new(8, 7).run_to(700, Some(&path))?;
    assert!(!NpzReader::open(&path)?.contains("diagnostics.energies"));
    let mut restarted = Simulation::load(&path)?;
    restarted.run_to(1700, Some(&path))?;
    let mut restarted = Simulation::load(&path)?;
    println!("  last restart at step {}, with {:.2?} of computing", restarted.step, restarted.elapsed);
    restarted.run_to(STEPS, Some(&path))?;
    assert!(restarted.physics()? == uninterrupted.physics()?, "the restarted run went another way");
    println!("Both runs ended in the same bits.");

    let Some(Diagnostics { energies, speeds }) = &restarted.diagnostics else {
        return Err("nothing was measured".into());
    };
    let drift = energies.iter().map(|energy| (energy - energies[0]).abs()).fold(0.0, f64::max);
    println!("\nOf an energy of {:.3}, at most {drift:.4} was lost in {} steps", energies[0], energies.len());
    assert!(drift < 0.1);
    assert_eq!(speeds.sum(), count as u64 * (STEPS - WARM_UP));

    // Without walls the gas expands. Each picture is written as it is made: memory stays flat, and the file appears
    // when it is whole.
    let film = folder.join("expansion.npz");
    let mut expanding = Simulation { boundary: Boundary::Open, ..restarted.clone() };
    let mut writer = NpzWriter::create(&film)?;
    for frame in 0..8 {
        let positions = expanding.positions.mapv(|place| place as f32);
        writer.add(&format!("frames.{frame}"), &Frame { time: expanding.time, positions })?;
        expanding.run_to(expanding.step + STEPS_PER_FRAME, None)?;
    }
    writer.finish()?;
    let film = Trajectory::load(&film)?;
    println!("\nAfter the walls have gone, {} pictures:", film.frames.len());
    let mut widths = Vec::new();
    for Frame { time, positions } in &film.frames {
        widths.push(positions.std_axis(Axis(0), 0.0).sum());
        println!("  time {time:4.1} {}", "#".repeat((4.0 * positions.std_axis(Axis(0), 0.0).sum()) as usize));
    }
    assert!(widths[7] > 1.2 * widths[0], "the gas did not expand: {widths:?}");

    // A time step that is much too long: the springs of the walls overshoot until nothing is a number any more.
    let mut blown_up = restarted.clone();
    blown_up.time_step = 0.5;
    blown_up.run_to(STEPS + 400, None)?;
    let Err(error) = blown_up.save(&path) else { return Err("a state without numbers was saved".into()) };
    println!("\nWith a time step of {}:\n{error}", blown_up.time_step);
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("positions")));
    let good = Simulation::load(&path)?;
    assert!(good.physics()? == restarted.physics()?, "the last good file is lost");

    // And what would only show later is refused too.
    let mut torn = good;
    torn.velocities = Array2::zeros((63, 2));
    let Err(error) = torn.save(&path) else { return Err("a torn state was saved".into()) };
    println!("\nWith a velocity too few:\n{error}");

    println!("\nThe file, which is still the good one, holds");
    for entry in NpzReader::open(&path)?.entries()? {
        println!("  {entry}");
    }
    println!("\nIn Python:\n");
    println!("import numpy as np");
    println!(
        r#"with np.load(r"{}") as f: print(f["started"], str(f["boundary.tag"]), f["positions"].std(0))"#,
        path.display()
    );
    Ok(())
}
