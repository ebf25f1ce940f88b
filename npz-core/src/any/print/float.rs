//! Floats in columns. Mirrors `FloatingFormat` of NumPy's `arrayprint.py`.

use std::fmt::Write;

/// NumPy's `precision`: the most digits behind the point.
const PRECISION: usize = 8;

/// More digits than the shortest form of any float has.
const ALL_DIGITS: usize = 2000;

/// The digits of a number's size (its sign is left out): `d.ddd` times ten to a power.
struct Digits {
    digits: String,
    exponent: i32,
}

impl Digits {
    fn parse(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        Self {
            digits: mantissa.chars().filter(char::is_ascii_digit).collect(),
            exponent: exponent.parse().unwrap_or(0),
        }
    }

    /// The fewest digits that no other number of this many bytes is nearer to.
    fn shortest(x: f64, size: usize) -> Self {
        let x = x.abs();
        let shortest = match size {
            2 => return Self::shortest_half(x),
            4 => Self::parse(&format!("{:e}", x as f32)),
            _ => Self::parse(&format!("{x:e}")),
        };
        // Where two are as near, NumPy takes the even one.
        let even = format!("{x:.digits$e}", digits = shortest.fraction());
        let is_same = match size {
            4 => even.parse() == Ok(x as f32),
            _ => even.parse() == Ok(x),
        };
        if is_same { Self::parse(&even) } else { shortest }
    }

    /// Tries one digit after the other: five tell all halves apart.
    fn shortest_half(x: f64) -> Self {
        for digits in 0..5 {
            let text = format!("{x:.digits$e}");
            let near: f64 = text.parse().unwrap_or(x);
            if rounds_to_half(near, x) {
                return Self::parse(&text);
            }
            // Below a power of two there is less room than above.
            let above = near + 10_f64.powi(Self::parse(&text).exponent - digits as i32);
            if near < x && rounds_to_half(above, x) {
                return Self::parse(&format!("{above:.digits$e}"));
            }
        }
        Self::parse(&format!("{x:e}"))
    }

    /// The number of digits behind the point of `d.ddd`.
    fn fraction(&self) -> usize {
        self.digits.len() - 1
    }
}

/// Tells whether the half that is nearest to `near` is `x`.
fn rounds_to_half(near: f64, x: f64) -> bool {
    if x == 0.0 {
        return near == 0.0;
    }
    // 10 bits of fraction; below 2^-14 the steps stay the same.
    let exponent = (((x.to_bits() >> 52) as i32) - 1023).max(-14);
    let step = 2_f64.powi(exponent - 10);
    let below = if x == 2_f64.powi(exponent) && exponent > -14 { step / 2.0 } else { step };
    let is_even = (x / step) % 2.0 == 0.0;
    let (off, room) = if near > x { (near - x, step / 2.0) } else { (x - near, below / 2.0) };
    off < room || (off == room && is_even)
}

/// What stands before and behind the point, without trailing zeros.
fn positional(x: f64, size: usize, precision: usize) -> (String, String) {
    let shortest = Digits::shortest(x, size);
    let behind = shortest.fraction() as i32 - shortest.exponent;
    if behind > precision as i32 {
        let exact = format!("{:.precision$}", x.abs());
        let (int, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
        return (int.to_owned(), fraction.trim_end_matches('0').to_owned());
    }
    let digits = shortest.digits.trim_end_matches('0');
    let Ok(exponent) = usize::try_from(shortest.exponent) else {
        let zeros = "0".repeat(shortest.exponent.unsigned_abs() as usize - 1);
        return ("0".to_owned(), if digits.is_empty() { String::new() } else { zeros + digits });
    };
    let cut = digits.len().min(exponent + 1);
    let (int, fraction) = digits.split_at(cut);
    (format!("{int:0<width$}", width = exponent + 1), fraction.to_owned())
}

/// The digit before the point, those behind it, and the power of ten.
fn scientific(x: f64, size: usize, precision: usize) -> (String, String, i32) {
    let shortest = Digits::shortest(x, size);
    let digits = if shortest.fraction() > precision {
        Digits::parse(&format!("{:.precision$e}", x.abs()))
    } else {
        shortest
    };
    let (int, fraction) = digits.digits.split_at(1);
    (int.to_owned(), fraction.trim_end_matches('0').to_owned(), digits.exponent)
}

/// The same with exactly so many digits behind the point; those that are not needed are the exact ones, as in NumPy.
fn scientific_full(x: f64, size: usize, fraction: usize) -> (String, String, i32) {
    let shortest = Digits::shortest(x, size);
    let digits = if shortest.fraction() == fraction {
        shortest
    } else {
        Digits::parse(&format!("{:.fraction$e}", x.abs()))
    };
    let (int, fraction) = digits.digits.split_at(1);
    (int.to_owned(), fraction.to_owned(), digits.exponent)
}

/// How floats that stand in one column are printed.
#[derive(Debug)]
pub(super) struct Floats {
    size: usize,
    /// Positive numbers have a sign.
    plus: bool,
    scientific: bool,
    left: usize,
    /// The digits behind the point, and the exponent.
    right: usize,
    fraction: usize,
    exponent: usize,
}

impl Floats {
    pub(super) fn new(cells: impl Iterator<Item = f64> + Clone, size: usize, plus: bool) -> Self {
        let finite = cells.clone().filter(|x| x.is_finite());
        let mut format = Self { size, plus, scientific: false, left: 0, right: 0, fraction: 0, exponent: 0 };
        let sizes = finite.clone().map(f64::abs).filter(|&x| x != 0.0);
        let (max, min) = sizes.fold((0.0, f64::INFINITY), |(max, min), x| (x.max(max), x.min(min)));
        format.scientific = max > 0.0 && is_wide(max, min, size);
        for x in finite.clone() {
            let int = if format.scientific {
                let (int, fraction, exponent) = scientific(x, size, PRECISION);
                format.fraction = format.fraction.max(fraction.len());
                format.exponent = format.exponent.max(exponent.unsigned_abs().to_string().len()).max(2);
                int
            } else {
                let (int, fraction) = positional(x, size, PRECISION);
                format.fraction = format.fraction.max(fraction.len());
                int
            };
            format.left = format.left.max(int.len() + format.sign(x).len());
        }
        format.right = format.fraction + if format.scientific { format.exponent + 2 } else { 0 };
        let mut others = cells.filter(|x| !x.is_finite()).peekable();
        if others.peek().is_some() {
            let signed = plus || others.any(|x| x == f64::NEG_INFINITY);
            format.left = format.left.max((3 + usize::from(signed)).saturating_sub(format.right + 1));
        }
        format
    }

    fn sign(&self, x: f64) -> &'static str {
        match (x.is_sign_negative() && !x.is_nan(), self.plus) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        }
    }

    pub(super) fn text(&self, x: f64) -> String {
        let sign = self.sign(x);
        if !x.is_finite() {
            let name = if x.is_nan() { "nan" } else { "inf" };
            return format!("{:>width$}", format!("{sign}{name}"), width = self.left + self.right + 1);
        }
        let (int, fraction, exponent) = if self.scientific {
            let (int, fraction, exponent) = scientific_full(x, self.size, self.fraction);
            (int, fraction, exponent_text(exponent, self.exponent))
        } else {
            let (int, fraction) = positional(x, self.size, PRECISION);
            (int, format!("{fraction:<width$}", width = self.fraction), String::new())
        };
        format!("{:>width$}.{fraction}{exponent}", format!("{sign}{int}"), width = self.left)
    }
}

fn exponent_text(exponent: i32, digits: usize) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:0>digits$}", exponent.unsigned_abs())
}

/// Tells whether a column needs exponents. Each width compares in its own precision.
fn is_wide(max: f64, min: f64, size: usize) -> bool {
    match size {
        // The half next to 0.0001, and what rounds to a half above 1000.
        2 => max >= 1e3 || min < 0.000_100_016_593_933_105_47 || max / min > 1000.25,
        4 => max >= 1e6 || (min as f32) < 0.0001 || max as f32 / min as f32 > 1000.0,
        _ => max >= 1e8 || min < 0.0001 || max / min > 1000.0,
    }
}

/// From where on a float alone has an exponent.
fn scalar_cutoff(size: usize) -> f64 {
    match size {
        2 => 1e3,
        4 => 1e6,
        _ => 1e16,
    }
}

/// A float alone, all its digits: `str(np.float32(x))`.
pub(super) fn scalar(x: f64, size: usize) -> String {
    number(x, size, ".0")
}

/// With what stands for a fraction where there is none.
fn number(x: f64, size: usize, no_fraction: &str) -> String {
    if x.is_nan() {
        return "nan".to_owned();
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x.is_infinite() {
        return format!("{sign}inf");
    }
    let mut out = sign.to_owned();
    let is_plain = x == 0.0 || (1e-4..scalar_cutoff(size)).contains(&x.abs());
    let (int, fraction, exponent) = if is_plain {
        let (int, fraction) = positional(x, size, ALL_DIGITS);
        (int, fraction, String::new())
    } else {
        let (int, fraction, exponent) = scientific(x, size, ALL_DIGITS);
        (int, fraction, exponent_text(exponent, 2))
    };
    out.push_str(&int);
    match (fraction.is_empty(), is_plain) {
        (true, true) => out.push_str(no_fraction),
        (true, false) => {}
        // Writing to a string can't fail.
        (false, _) => _ = write!(out, ".{fraction}"),
    }
    out + &exponent
}

/// A complex number alone: `(1+2j)`, `2j`.
pub(super) fn complex_scalar(re: f64, im: f64, size: usize) -> String {
    let is_imaginary = re == 0.0 && !re.is_sign_negative();
    complex_text(&number(re, size, ""), &number(im, size, ""), is_imaginary)
}

/// The texts of both parts, put together.
pub(super) fn complex_text(re: &str, im: &str, is_imaginary: bool) -> String {
    match is_imaginary {
        true => format!("{im}j"),
        false if im.starts_with('-') => format!("({re}{im}j)"),
        false => format!("({re}+{im}j)"),
    }
}
