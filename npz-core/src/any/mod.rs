//! [`AnyArray`]: an array whose cell type is known only when the program runs.

mod array;
mod convert;
mod join;
mod part;
mod print;
mod raw;
mod text;
mod times;
mod typed;
mod unchecked;
mod value;

use std::any::Any;

use ndarray::{Array, ArrayD, ArrayViewD, Dimension, IxDyn, ShapeBuilder};

use self::array::ARRAY;
pub use self::array::TypedArray;
pub use self::raw::RawArray;
pub(crate) use self::raw::swap_to;
pub(crate) use self::times::{Tick, as_cells, from_cells};
pub use self::value::AnyValue;
use crate::dtype::{ByteOrder, DType, DTypeKind, TimeUnit};
use crate::element::{Cast, Element, LongDouble, tiny};
use crate::error::Result;
use crate::memory::copy_cells;

/// What is done with the array inside, whatever its cells are.
pub(crate) trait Visit {
    type Out;
    /// For cells that Rust has a type for.
    fn typed<A: Element>(self, wrap: fn(TypedArray<A>) -> AnyArray) -> Self::Out;
    /// For times, which have their unit beside the array.
    fn times(self, kind: DTypeKind, unit: TimeUnit) -> Self::Out;
    /// For cells of which only their bytes tell whether the type can hold them: a `bool` has one of two values, text is
    /// Unicode, long doubles are those of x87.
    fn checked<A: Element>(self, wrap: fn(TypedArray<A>) -> AnyArray) -> Self::Out;
    /// For all others: records and voids.
    fn other(self) -> Self::Out;
}

macro_rules! any_array {
    ($( $(#[$feature:meta])* $variant:ident($cell:ty) = $numpy:literal, $kind:pat => $size:pat, $visit:ident; )*) => {
        /// An array of any dtype: `np.ndarray`, where the cell type is known only when the program runs.
        ///
        /// Holds the cells as Rust has them, in a [`TypedArray`]. Records and voids are [`Other`](Self::Other), the bytes with
        /// their dtype, side by side as they are in the file: what they are, only you know, and [`to_array`](Self::to_array)
        /// makes rows, raw bytes, or the small numbers of `ml_dtypes` of them.
        ///
        /// Nothing is lost: what NumPy wrote is saved again byte for byte, with the same byte order, order of axes and width of
        /// text, unless another byte order is asked for.
        ///
        /// Made from a typed array by `from`, which moves it, or for any [`Element`] by [`from_array`](Self::from_array).
        ///
        /// Two are equal if shape, kind of cells and cells are, however they are stored. Numbers compare as in Rust, so NaN is not equal to itself; times
        /// and records compare by their bits.
        ///
        /// ```
        /// use ndarray::{ArrayD, array};
        /// use npz_core::{AnyArray, Npz, NpzReader};
        /// use std::collections::BTreeMap;
        ///
        /// # #[derive(Npz)] struct Python { weights: ndarray::Array2<f32>, names: Vec<String> }
        /// # let bytes = Python { weights: array![[1.0, 2.0]], names: vec!["a".to_owned()] }.to_bytes()?;
        /// // whatever `np.savez` wrote, all of it: dict(np.load(file))
        /// let all = BTreeMap::<String, AnyArray>::from_bytes(&bytes)?;
        /// let listing: Vec<_> = all.iter().map(|(name, a)| format!("{name} {} {:?}", a.dtype(), a.shape())).collect();
        /// assert_eq!(listing, ["names <U1 [1]", "weights <f4 [1, 2]"]);
        ///
        /// let weights: AnyArray = NpzReader::new(&bytes)?.get("weights")?;
        /// match &weights {
        ///     AnyArray::Float32(weights) => assert_eq!(weights.sum(), 3.0), // stands for an `ArrayD<f32>`
        ///     other => panic!("expected float32, found {}", other.dtype()),
        /// }
        /// # Ok::<(), npz_core::Error>(())
        /// ```
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum AnyArray {
            $(
                $(#[$feature])*
                #[doc = concat!("Cells of `", $numpy, "`.")]
                $variant(TypedArray<$cell>),
            )*
            /// Cells of `datetime64`: ticks from 1970-01-01, `i64::MIN` for NaT.
            DateTime64 {
                /// The length of a tick.
                unit: TimeUnit,
                /// How many there are.
                ticks: TypedArray<i64>,
            },
            /// Cells of `timedelta64`: ticks, `i64::MIN` for NaT.
            TimeDelta64 {
                /// The length of a tick.
                unit: TimeUnit,
                /// How many there are.
                ticks: TypedArray<i64>,
            },
            /// Records and voids: their bytes. Also what looks like another variant's cells, and no cell of that can hold: text
            /// with lone surrogates, long doubles of another machine than x86, a `bool` that is neither 0 nor 1.
            Other(RawArray),
        }

        /// Finds the cell type for a dtype.
        pub(crate) fn visit<V: Visit>(dtype: &DType, visitor: V) -> V::Out {
            if dtype.as_scalar().is_none() {
                return visitor.other();
            }
            match (dtype.kind(), dtype.item_size(), dtype.time_unit()) {
                $( $(#[$feature])* ($kind, $size, _) => visitor.$visit::<$cell>(AnyArray::$variant), )*
                (kind, _, Some(unit)) => visitor.times(kind, unit),
                _ => visitor.other(),
            }
        }

        $(
            $(#[$feature])*
            /// Moves the array; copies its cells only where the dimension type is fixed and they must be moved.
            impl<D: Dimension> From<Array<$cell, D>> for AnyArray {
                fn from(array: Array<$cell, D>) -> Self {
                    Self::$variant(array.into())
                }
            }

            $(#[$feature])*
            impl From<TypedArray<$cell>> for AnyArray {
                fn from(array: TypedArray<$cell>) -> Self {
                    Self::$variant(array)
                }
            }
        )*
    };
}

any_array! {
    Bool(bool) = "bool", DTypeKind::Bool => _, checked;
    Int8(i8) = "int8", DTypeKind::Int => 1, typed;
    Int16(i16) = "int16", DTypeKind::Int => 2, typed;
    Int32(i32) = "int32", DTypeKind::Int => 4, typed;
    Int64(i64) = "int64", DTypeKind::Int => 8, typed;
    UInt8(u8) = "uint8", DTypeKind::Uint => 1, typed;
    UInt16(u16) = "uint16", DTypeKind::Uint => 2, typed;
    UInt32(u32) = "uint32", DTypeKind::Uint => 4, typed;
    UInt64(u64) = "uint64", DTypeKind::Uint => 8, typed;
    Float8E5M2(tiny::Float8E5M2) = "float8_e5m2` of `ml_dtypes", DTypeKind::Float => 1, typed;
    #[cfg(feature = "half")]
    Float16(half::f16) = "float16", DTypeKind::Float => 2, typed;
    Float32(f32) = "float32", DTypeKind::Float => 4, typed;
    Float64(f64) = "float64", DTypeKind::Float => 8, typed;
    LongDouble(LongDouble) = "longdouble` of x86, `float128", DTypeKind::Float => 16, checked;
    #[cfg(feature = "num-complex")]
    Complex64(num_complex::Complex<f32>) = "complex64", DTypeKind::Complex => 8, typed;
    #[cfg(feature = "num-complex")]
    Complex128(num_complex::Complex<f64>) = "complex128", DTypeKind::Complex => 16, typed;
    #[cfg(feature = "num-complex")]
    ComplexLongDouble(num_complex::Complex<LongDouble>) = "clongdouble` of x86, `complex256", DTypeKind::Complex => 32, checked;
    Str(String) = "str_", DTypeKind::Unicode => _, checked;
    Bytes(Vec<u8>) = "bytes_", DTypeKind::Bytes => _, typed;
}

// What does something to cells of every kind is inline, here and elsewhere in this folder: so a program compiles it for
// what it calls, and not this crate for whatever could be called. With the same in `element` and `members`, LLVM gets 0.7
// million lines of this crate, where it would be 1.4.

/// Evaluates an expression with the array of cells inside, another with ticks, or another with the bytes.
macro_rules! with_cells {
    (
        $any:expr, $array:ident => $typed:expr,
        ($kind:pat, $unit:pat, $ticks:pat) => $times:expr, $raw:ident => $other:expr
    ) => {
        match $any {
            $crate::any::AnyArray::Bool($array) => $typed,
            $crate::any::AnyArray::Int8($array) => $typed,
            $crate::any::AnyArray::Int16($array) => $typed,
            $crate::any::AnyArray::Int32($array) => $typed,
            $crate::any::AnyArray::Int64($array) => $typed,
            $crate::any::AnyArray::UInt8($array) => $typed,
            $crate::any::AnyArray::UInt16($array) => $typed,
            $crate::any::AnyArray::UInt32($array) => $typed,
            $crate::any::AnyArray::UInt64($array) => $typed,
            $crate::any::AnyArray::Float8E5M2($array) => $typed,
            #[cfg(feature = "half")]
            $crate::any::AnyArray::Float16($array) => $typed,
            $crate::any::AnyArray::Float32($array) => $typed,
            $crate::any::AnyArray::Float64($array) => $typed,
            #[cfg(feature = "num-complex")]
            $crate::any::AnyArray::Complex64($array) => $typed,
            #[cfg(feature = "num-complex")]
            $crate::any::AnyArray::Complex128($array) => $typed,
            $crate::any::AnyArray::LongDouble($array) => $typed,
            #[cfg(feature = "num-complex")]
            $crate::any::AnyArray::ComplexLongDouble($array) => $typed,
            $crate::any::AnyArray::Str($array) => $typed,
            $crate::any::AnyArray::Bytes($array) => $typed,
            $crate::any::AnyArray::DateTime64 { unit: $unit, ticks: $ticks } => {
                let $kind = $crate::dtype::DTypeKind::DateTime;
                $times
            }
            $crate::any::AnyArray::TimeDelta64 { unit: $unit, ticks: $ticks } => {
                let $kind = $crate::dtype::DTypeKind::TimeDelta;
                $times
            }
            $crate::any::AnyArray::Other($raw) => $other,
        }
    };
}
pub(crate) use with_cells;

impl AnyArray {
    /// Tells the dtype that a save writes; `a.dtype`. Texts are looked through for the longest, which may have grown.
    ///
    /// ```
    /// use ndarray::arr1;
    /// use npz_core::AnyArray;
    ///
    /// assert_eq!(AnyArray::from(arr1(&[1u16, 2])).dtype().to_string(), "<u2");
    /// ```
    #[inline]
    pub fn dtype(&self) -> DType {
        let longest = || self.iter().map(|cell| cell.text_len()).max().unwrap_or(0);
        with_cells!(self,
            array => array.dtype(longest),
            (kind, unit, ticks) => ticks.ordered(&DType::time(kind, *unit)),
            raw => raw.dtype().clone()
        )
    }

    /// Gives the length of each axis; `a.shape`.
    ///
    /// ```
    /// # use npz_core::AnyArray;
    /// assert_eq!(AnyArray::from(ndarray::Array2::<f64>::zeros((2, 3))).shape(), [2, 3]);
    /// ```
    pub fn shape(&self) -> &[usize] {
        with_cells!(self, array => array.shape(), (_, _, ticks) => ticks.shape(), raw => raw.shape())
    }

    /// Gives the number of cells; `a.size`.
    ///
    /// ```
    /// # use npz_core::AnyArray;
    /// assert_eq!(AnyArray::from(ndarray::arr0(7)).len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.shape().iter().product()
    }

    /// Tells whether there are no cells.
    ///
    /// ```
    /// # use npz_core::AnyArray;
    /// assert!(AnyArray::from(ndarray::Array2::<f64>::zeros((2, 0))).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies into another dtype, under a casting rule, with values checked; `a.astype(dtype, casting=..)`.
    ///
    /// A save writes `dtype`, its byte order and width too. Numbers become text as `str` prints them; what is longer than the
    /// dtype has room for is an error. `"U"` and `"S"` are as wide as the longest.
    ///
    /// # Errors
    /// As [`to_array`](Self::to_array); [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a dtype that Rust has
    /// no cells for.
    ///
    /// ```
    /// use ndarray::arr1;
    /// use npz_core::{AnyArray, Cast, DType};
    ///
    /// let any = AnyArray::from(arr1(&[0.1f64]));
    /// let narrow = any.cast(&DType::parse("float32")?, Cast::SameKind)?;
    /// assert_eq!(narrow, AnyArray::from(arr1(&[0.1f32])));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[inline]
    pub fn cast(&self, dtype: &DType, cast: Cast) -> Result<Self> {
        convert::to_dtype(self, dtype, cast)
    }

    /// Copies into another dtype, whatever becomes of the values; `a.astype(dtype, casting="unsafe")`.
    ///
    /// Integers wrap; floats are cut to integers towards zero, and what then does not fit becomes what NumPy makes of it on
    /// x86-64 (it warns; other machines differ, and for `uint32` long arrays do); complex numbers lose their imaginary
    /// part; of a bool 0 and 1 are made, and from a number whether it is not 0. Times are their ticks, and NaN is NaT;
    /// between units of one kind they are rounded down, and times without a unit are those of any. Text is cut off where it
    /// is too long, and real numbers are read from it. Bytes become text as UTF-8, of which NumPy takes the ASCII only.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for records and voids, for text into times and long
    /// doubles, and for long doubles into integers and times (by way of `<f8`, if its digits will do);
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a time that its new unit has no room for, a text that is no
    /// number, and a text as bytes that is not ASCII; [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) for lengths of
    /// time in months or years into other units, and back.
    ///
    /// ```
    /// use ndarray::arr1;
    /// use npz_core::{AnyArray, DType};
    ///
    /// let any = AnyArray::from(arr1(&[300i64, -1, 7]));
    /// assert_eq!(any.cast_unsafe(&DType::parse("uint8")?)?, AnyArray::from(arr1(&[44u8, 255, 7])));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[inline]
    pub fn cast_unsafe(&self, dtype: &DType) -> Result<Self> {
        unchecked::to_dtype_unchecked(self, dtype)
    }

    /// Copies the cells as bytes, in C order and little-endian, whatever the order in memory:
    /// `np.ascontiguousarray(a).astype(a.dtype.newbyteorder("<")).tobytes()`. For hashing and comparison.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for text that ends with NUL.
    ///
    /// ```
    /// use ndarray::array;
    /// use npz_core::AnyArray;
    ///
    /// let any = AnyArray::from(array![[1u16, 2], [3, 4]].reversed_axes());
    /// assert_eq!(any.to_le_bytes()?, [1, 0, 3, 0, 2, 0, 4, 0]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[inline]
    pub fn to_le_bytes(&self) -> Result<Vec<u8>> {
        let dtype = self.saved_as()?.with_byte_order(ByteOrder::Little);
        with_cells!(self,
            array => convert::encoded(&array.view(), &dtype),
            (_, _, ticks) => convert::encoded(&ticks.view(), &DType::number(DTypeKind::Int, 8)),
            raw => raw.le_bytes()
        )
    }
}

impl AnyArray {
    /// As `from`; an error where memory is short.
    #[inline]
    pub(crate) fn from_raw(raw: RawArray) -> Result<Self> {
        if convert::are_bools(&raw) {
            return convert::into_bools(raw).map(Self::Bool);
        }
        Ok(convert::typed(&raw)?.unwrap_or(Self::Other(raw)))
    }

    /// As `dtype`, where a save can write it.
    #[inline]
    pub(crate) fn saved_as(&self) -> Result<DType> {
        fn check<A: Element>(cells: &ArrayViewD<'_, A>) -> Result<()> {
            A::dtype_of(cells).map(drop)
        }
        with_cells!(self, array => check(&array.view())?, (_, _, _) => {}, _raw => {});
        Ok(self.dtype())
    }

    /// The same cells, saved as a dtype of their kind.
    #[inline]
    fn stored_as(self, dtype: &DType) -> Self {
        with_cells!(self,
            array => array.stored_as(dtype).into(),
            (kind, unit, ticks) => Self::times(kind, unit, ticks.stored_as(dtype)),
            raw => Self::Other(raw)
        )
    }

    /// What is inside, where that is known to be of a type.
    #[inline]
    fn inside<T: Any>(&self) -> Option<&T> {
        let inside: &dyn Any = with_cells!(self, array => array, (_, _, ticks) => ticks, raw => raw);
        inside.downcast_ref()
    }

    /// As `clone`.
    #[inline]
    fn copied(&self) -> Result<Self> {
        Ok(with_cells!(self,
            array => array.copied()?.into(),
            (kind, unit, ticks) => Self::times(kind, *unit, ticks.copied()?),
            raw => Self::Other(raw.copied()?)
        ))
    }

    /// Whether the cells lie in Fortran order, and not in C order too.
    #[inline]
    fn is_fortran(&self) -> bool {
        fn is_fortran<A>(array: &ArrayD<A>) -> bool {
            !array.is_standard_layout() && array.t().is_standard_layout()
        }
        with_cells!(self,
            array => is_fortran(array),
            (_, _, ticks) => is_fortran(ticks),
            raw => raw.order() == crate::shape::Order::Fortran
        )
    }

    /// Moves the cells into Fortran order.
    #[inline]
    fn into_fortran(self) -> Result<Self> {
        fn moved<A: Clone>(array: &ArrayD<A>) -> Result<ArrayD<A>> {
            let cells = copy_cells(&array.t(), ARRAY)?;
            ArrayD::from_shape_vec(IxDyn(array.shape()).f(), cells).map_err(array::unfit)
        }
        Ok(with_cells!(self,
            array => moved(&array)?.into(),
            (kind, unit, ticks) => Self::times(kind, unit, moved(&ticks)?),
            raw => Self::Other(raw)
        ))
    }
}
