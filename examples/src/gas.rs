//! The physics of the `particles` example: round molecules in the plane that repel when close and attract when not
//! (Lennard and Jones, 1924), in units of their size, mass and depth of attraction.

use ndarray::Array2;
use npz_core::Npz;

/// Molecules farther apart do not feel each other.
const CUTOFF: f64 = 2.5;
/// How much farther the list of neighbours looks, so that it serves for several steps.
const SKIN: f64 = 0.5;

/// What is around the gas. In an archive: `boundary.tag`, and the fields of that variant.
#[derive(Npz, Clone, Debug, PartialEq)]
#[npz(rename_all = "snake_case")]
pub enum Boundary {
    /// Nothing.
    Open,
    /// Springs that push back what leaves the box.
    Walls {
        /// The lengths of the box, which begins at 0.
        size: [f64; 2],
        /// The force of a spring, per length.
        stiffness: f64,
    },
    /// The same box again on every side.
    Periodic([f64; 2]),
}

impl Boundary {
    /// Gives the way from one place to another; in a periodic box to the nearest image.
    fn way(&self, from: [f64; 2], to: [f64; 2]) -> [f64; 2] {
        let way = [to[0] - from[0], to[1] - from[1]];
        match self {
            Self::Periodic(size) => {
                [0, 1].map(|axis| way[axis] - size[axis] * (way[axis] / size[axis]).round())
            }
            Self::Open | Self::Walls { .. } => way,
        }
    }
}

/// The pairs that may feel each other. Found from the positions, so there is no need to save it.
#[derive(Clone, Debug)]
pub struct Neighbours {
    pairs: Vec<(usize, usize)>,
    /// Where the molecules were when the pairs were found.
    found_at: Array2<f64>,
}

impl Neighbours {
    /// Gives the list that has to be found first: of no molecules.
    pub fn unknown() -> Self {
        Self { pairs: Vec::new(), found_at: Array2::zeros((0, 2)) }
    }

    /// Finds the pairs anew if a molecule has moved so far that a pair could be missing.
    fn update(&mut self, positions: &Array2<f64>, boundary: &Boundary) {
        let has_moved =
            |i| distance(boundary.way(place(positions, i), place(&self.found_at, i))) > SKIN / 2.0;
        let count = positions.nrows();
        if self.found_at.nrows() == count && !(0..count).any(has_moved) {
            return;
        }
        self.pairs.clear();
        for i in 0..count {
            let is_near =
                |&j: &_| distance(boundary.way(place(positions, i), place(positions, j))) < CUTOFF + SKIN;
            self.pairs.extend((i + 1..count).filter(is_near).map(|j| (i, j)));
        }
        self.found_at.clone_from(positions);
    }
}

fn place(positions: &Array2<f64>, molecule: usize) -> [f64; 2] {
    [0, 1].map(|axis| positions[[molecule, axis]])
}

fn distance([x, y]: [f64; 2]) -> f64 {
    x.hypot(y)
}

/// Gives the force on each molecule and the energy of their places.
///
/// The same positions give the same bits, whatever list there was before: pairs come in order, and those beyond the
/// cutoff add nothing, not even a zero. Without that care a restarted run would round in another way.
pub fn forces(
    positions: &Array2<f64>,
    neighbours: &mut Neighbours,
    boundary: &Boundary,
) -> (Array2<f64>, f64) {
    neighbours.update(positions, boundary);
    let mut forces = Array2::zeros(positions.raw_dim());
    let mut energy = 0.0;
    // Shifted, so that force and energy end at the cutoff without a step.
    let (slope_end, energy_end) = pull(CUTOFF);
    for &(i, j) in &neighbours.pairs {
        let way = boundary.way(place(positions, i), place(positions, j));
        let distance = distance(way);
        if distance < CUTOFF {
            let (slope, height) = pull(distance);
            energy += height - energy_end - slope_end * (distance - CUTOFF);
            for axis in 0..2 {
                let force = (slope - slope_end) * way[axis] / distance;
                forces[[i, axis]] += force;
                forces[[j, axis]] -= force;
            }
        }
    }
    if let Boundary::Walls { size, stiffness } = boundary {
        for ((index, place), force) in positions.indexed_iter().zip(&mut forces) {
            let outside = place - place.clamp(0.0, size[index.1]);
            *force -= stiffness * outside;
            energy += stiffness * outside * outside / 2.0;
        }
    }
    (forces, energy)
}

/// Gives the slope and the value of `4 (r^-12 - r^-6)`.
fn pull(distance: f64) -> (f64, f64) {
    let sixth = distance.powi(-6);
    (-24.0 * (2.0 * sixth * sixth - sixth) / distance, 4.0 * (sixth * sixth - sixth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_force_is_the_slope_of_the_energy() {
        let start = array![[0.5, 0.25], [1.5, 0.5], [-0.5, 2.5], [3.25, 1.75]];
        for boundary in [
            Boundary::Open,
            Boundary::Walls { size: [3.0, 2.0], stiffness: 40.0 },
            Boundary::Periodic([6.0, 6.0]),
        ] {
            let (forces_there, _) = forces(&start, &mut Neighbours::unknown(), &boundary);
            for (index, force) in forces_there.indexed_iter() {
                let energy_at = |step: f64| {
                    let mut moved = start.clone();
                    moved[index] += step;
                    forces(&moved, &mut Neighbours::unknown(), &boundary).1
                };
                let measured = (energy_at(-1e-5) - energy_at(1e-5)) / 2e-5;
                assert!(
                    (force - measured).abs() < 1e-5,
                    "{boundary:?} {index:?}: {force}, measured {measured}"
                );
            }
        }
    }

    #[test]
    fn an_older_list_of_neighbours_gives_the_same_bits() {
        let mut positions = Array2::from_shape_fn((30, 2), |(i, axis)| {
            1.2 * if axis == 0 { (i % 6) as f64 } else { (i / 6) as f64 } + 0.1 * (i as f64).sin()
        });
        let boundary = Boundary::Periodic([7.2, 6.0]);
        let mut older = Neighbours::unknown();
        forces(&positions, &mut older, &boundary);
        positions.mapv_inplace(|place| place + 0.1 * (7.0 * place).sin());
        let pairs = older.pairs.clone();
        let with_older = forces(&positions, &mut older, &boundary);
        let mut newer = Neighbours::unknown();
        assert_eq!(with_older, forces(&positions, &mut newer, &boundary));
        assert_eq!(pairs, older.pairs, "the list was found anew");
        assert_ne!(pairs, newer.pairs);
    }
}
