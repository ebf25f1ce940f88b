//! The data: 1797 handwritten digits of 8 x 8 pixels. Source and licence are in `data/README.md`.

use std::error::Error;
use std::io::Read;

use flate2::read::GzDecoder;
use ndarray::{Array2, Axis};

static FILE: &[u8] = include_bytes!("../data/digits.csv.gz");
const PIXELS: usize = 64;

/// Images and what they show.
pub struct Digits {
    /// One image a row, pixels from 0 to 1.
    pub images: Array2<f32>,
    /// The digit of each row.
    pub labels: Vec<usize>,
}

impl Digits {
    /// Reads all images from the file in `data`, which is compiled in.
    ///
    /// # Errors
    /// Text that is not 64 pixels and a label a line.
    pub fn load() -> Result<Self, Box<dyn Error>> {
        let mut text = String::new();
        GzDecoder::new(FILE).read_to_string(&mut text)?;

        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for line in text.lines() {
            let (image, label) = line.rsplit_once(',').ok_or("a line has no comma")?;
            for pixel in image.split(',') {
                pixels.push(pixel.parse::<f32>()? / 16.0);
            }
            labels.push(label.parse()?);
        }
        Ok(Self { images: Array2::from_shape_vec((labels.len(), PIXELS), pixels)?, labels })
    }

    /// Divides the images into those to learn from and those to be judged by: every fifth.
    pub fn split(&self) -> (Self, Self) {
        let (held_out, training): (Vec<_>, Vec<_>) = (0..self.labels.len()).partition(|index| index % 5 == 0);
        (self.select(&training), self.select(&held_out))
    }

    /// Copies the rows of these indices.
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            images: self.images.select(Axis(0), rows),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_is_learned_and_held_out() -> Result<(), Box<dyn Error>> {
        let digits = Digits::load()?;
        assert_eq!(digits.images.dim(), (1797, 64));
        assert!(digits.images.iter().all(|pixel| (0.0..=1.0).contains(pixel)));

        let (training, held_out) = digits.split();
        assert_eq!((training.labels.len(), held_out.labels.len()), (1437, 360));
        for digit in 0..10 {
            let count = |part: &Digits| part.labels.iter().filter(|&&label| label == digit).count();
            assert!(count(&training) > 100 && count(&held_out) > 20, "digit {digit}");
        }
        Ok(())
    }
}
