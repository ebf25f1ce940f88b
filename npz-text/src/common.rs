//! The options and the ways to load that `loadtxt` and `genfromtxt` share.

use std::any::{Any, TypeId};
use std::fmt::Display;

use half::f16;
use npz_core::{AnyValue, TimeBase};
use num_complex::Complex;

use crate::layout::Kind;

/// The text of a value that a converter gives for a cell.
pub(crate) fn converted<T: Display + 'static>(value: &T, kind: Kind) -> Result<String, String> {
    let is_one_of = |types: &[TypeId]| types.contains(&TypeId::of::<T>());
    macro_rules! types {
        ($($number:ty)*) => { &[$(TypeId::of::<$number>()),*] };
    }
    match kind {
        // As in NumPy: its text would be read as a year.
        Kind::DateTime(unit) if is_one_of(types!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize)) => {
            if unit.base() == TimeBase::Generic {
                return Err("a number is no time without a unit: set a dtype such as `M8[s]`".to_owned());
            }
            let ticks = value.to_string().parse().map_err(|_| format!("{value} is out of range"))?;
            Ok(AnyValue::DateTime64 { unit, ticks }.to_string())
        }
        Kind::DateTime(_) if is_one_of(types!(f16 f32 f64 bool)) => {
            Err(format!("expected a whole number or a text for a time, found {value}"))
        }
        _ => Ok(text_of(value, matches!(kind, Kind::Text(_) | Kind::Bytes(_)))),
    }
}

/// The text of a value that an option or a function gives: as it is read, so that nothing of the value is lost; of what becomes
/// a text itself, as NumPy prints it.
pub(crate) fn text_of<T: Display + 'static>(value: &T, is_text: bool) -> String {
    let any: &dyn Any = value;
    if let Some(value) = any.downcast_ref::<bool>() {
        return if is_text { AnyValue::Bool(*value).to_string() } else { u8::from(*value).to_string() };
    }
    // The digits of the same float64.
    let f32 = any.downcast_ref::<f32>().map(|value| f64::from(*value));
    let f16 = || any.downcast_ref::<f16>().map(|value| f64::from(*value));
    if let Some(value) = f32.or_else(f16).filter(|_| !is_text) {
        return value.to_string();
    }
    if let Some(Complex { re, im }) = any.downcast_ref::<Complex<f32>>() {
        return AnyValue::Complex { re: (*re).into(), im: (*im).into() }.to_string();
    }
    if let Some(Complex { re, im }) = any.downcast_ref::<Complex<f64>>() {
        return AnyValue::Complex { re: *re, im: *im }.to_string();
    }
    value.to_string()
}

macro_rules! common {
    ($name:ident) => {
        impl<'a> $name<'a> {
            /// Reads at most so many rows; comments and blank lines are none. What follows is not looked at.
            pub fn max_rows(mut self, rows: usize) -> Self {
                self.0.max_rows = Some(rows);
                self
            }

            /// Makes another text of each cell of a column, or of all (`..`), before it is read. Where the function fails, that is the
            /// error. A dtype that has to be found is found from what it gives.
            ///
            /// What it gives is printed and read again; of a bool, an `f16`, an `f32` and a complex number nothing is lost. A whole number
            /// that it gives for a datetime64 counts its unit since 1970, as in NumPy.
            ///
            /// ```
            /// use ndarray::{Array1, array};
            /// use npz_text::LoadTxt;
            ///
            /// let percent = |text: &str| text.trim_end_matches('%').parse::<f64>().map(|value| value / 100.0);
            /// let a: Array1<f64> = LoadTxt::new().converter(.., percent).read(&b"50%\n12.5%"[..])?;
            /// assert_eq!(a, array![0.5, 0.125]);
            /// # Ok::<(), npz_core::Error>(())
            /// ```
            pub fn converter<T: Display + 'static, E: Display>(
                mut self,
                column: impl Into<Column>,
                convert: impl Fn(&str) -> Result<T, E> + Send + Sync + 'a,
            ) -> Self {
                let convert = move |text: &str, kind: Kind| {
                    convert(text).map_err(|error| error.to_string()).and_then(|value| converted(&value, kind))
                };
                self.0.converters.push((column.into(), Box::new(convert)));
                self
            }

            /// Keeps so many axes, 0, 1 or 2, where the type of the result does not say; 0 unless set.
            pub fn ndmin(mut self, axes: usize) -> Self {
                self.0.ndmin = axes;
                self
            }

            /// Sets the encoding of the file; UTF-8 unless set. Lines that are given are texts already.
            pub fn encoding(mut self, encoding: Encoding) -> Self {
                self.0.encoding = encoding;
                self
            }

            /// Sets bounds for files of strangers.
            pub fn limits(mut self, limits: Limits) -> Self {
                self.0.limits = limits;
                self
            }

            /// Reads with at most so many threads; 0, the default, stands for all cores.
            pub fn threads(mut self, count: usize) -> Self {
                self.0.threads = count;
                self
            }

            /// Sets a function that is told what NumPy would warn of: a file without data, lines that were skipped.
            pub fn on_warning(mut self, on_warning: impl Fn(&str) + Send + Sync + 'a) -> Self {
                self.0.on_warning = Some(Box::new(on_warning));
                self
            }

            /// Sets a function that is told how far a load has come: how many bytes of the file are read, of how many; `None` for a
            /// reader, of which nobody knows. It is called after each MiB of text and at the end, and counts to the end once, even if the
            /// file is gone through twice for dtypes or widths that it tells.
            ///
            /// Where it gives `ControlFlow::Break(())`, the load ends with
            /// [`ErrorKind::Cancelled`](npz_core::ErrorKind::Cancelled), and a conversion leaves what was there.
            pub fn progress(
                mut self,
                tell: impl Fn(u64, Option<u64>) -> ControlFlow<()> + Send + Sync + 'a,
            ) -> Self {
                self.0.progress = Some(Box::new(tell));
                self
            }

            /// Loads a file. One that is compressed with gzip is decompressed; with the features `bzip2` and `xz` these too.
            ///
            /// # Errors
            /// [`ErrorKind::Io`](npz_core::ErrorKind::Io) of the file system;
            /// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) for a cell that can't be read, with line and column, rows that
            /// do not fit together, and options that don't.
            pub fn load<T: FromText>(&self, path: impl AsRef<Path>) -> Result<T> {
                crate::load::load(&self.0, Source::Path(path.as_ref().to_path_buf()))
            }

            /// Loads what a reader gives: a file, a pipe, or bytes, which are decompressed if they have to be.
            ///
            /// Reads further than it has to: what follows `max_rows` is lost. Where cells have no dtype yet, the text is kept until
            /// it is found: beyond 16 MiB in a temporary file.
            ///
            /// # Errors
            /// As [`load`](Self::load).
            pub fn read<T: FromText>(&self, reader: impl Read + Send) -> Result<T> {
                crate::load::load(&self.0, Source::Reader(Box::new(reader)))
            }

            /// Loads lines. With `max_rows`, no line is taken that is not needed.
            ///
            /// # Errors
            /// As [`load`](Self::load); and for a line with the end of another inside, unless it may be quoted.
            pub fn read_lines<T: FromText, S: AsRef<str>>(
                &self,
                lines: impl IntoIterator<Item = S, IntoIter: Send>,
            ) -> Result<T> {
                let given = Given::new(lines.into_iter(), self.0.quote.is_some());
                crate::load::load(&self.0, Source::Given(Box::new(given)))
            }

            /// Loads a file, or what a reader gives, in pieces of so many rows, the last perhaps shorter: for what is larger than
            /// memory.
            ///
            /// # Errors
            /// As [`load`](Self::load), when the piece with the fault is reached. A dtype that has to be found
            /// ([`Infer`](crate::Infer), texts without a width) takes a pass before, for which [`read`](Self::read) keeps a text.
            pub fn pieces<'s, T: FromText>(
                &'s self,
                input: impl Input<'s>,
                rows: usize,
            ) -> Result<Pieces<'s, T>> {
                Pieces::new(&self.0, input.into_source(), rows)
            }

            /// Converts a file, or what a reader gives, to a `.npy` file, in one pass and in bounded memory:
            /// `np.save(out, np.loadtxt(path))`; or to a `.npz` archive with the array as `arr_0`:
            /// `np.savez(out, np.loadtxt(path))`.
            ///
            /// The array has two axes, or one of rows with fields. Where a dtype has to be found there is a pass before.
            ///
            /// # Errors
            /// As [`pieces`](Self::pieces); then there is no file, or the one that was there before.
            pub fn convert<'s>(&'s self, input: impl Input<'s>, out: impl AsRef<Path>) -> Result<()> {
                crate::convert::convert(&self.0, input.into_source(), out.as_ref())
            }
        }
    };
}

pub(crate) use common;
