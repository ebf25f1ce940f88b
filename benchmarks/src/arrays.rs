//! What is saved and loaded: a struct with a map of arrays, and how every library sees its cells.

use std::collections::BTreeMap;

use bytemuck::{CheckedBitPattern, NoUninit};
use half::f16;
use ndarray::{ArrayD, ArrayViewD, IxDyn};
use npz_core::{Element, FromMembers, Npz, ToMembers};
use safetensors::Dtype;

use crate::Outcome;
use crate::libraries::ndarray_npy::NdarrayNpy;

/// A type of cells, with what each library asks of it.
pub trait Cell:
    Element + npyz::AutoSerialize + npyz::Deserialize + NoUninit + CheckedBitPattern + Copy + 'static
{
    /// What safetensors calls it.
    const DTYPE: Dtype;
    /// How ndarray-npy reads and writes it; it does not know every type.
    const NDARRAY_NPY: Option<NdarrayNpy<Self>>;
}

macro_rules! cells {
    ($($cell:ty: $dtype:ident, $ndarray_npy:expr;)*) => {
        $(impl Cell for $cell {
            const DTYPE: Dtype = Dtype::$dtype;
            const NDARRAY_NPY: Option<NdarrayNpy<Self>> = $ndarray_npy;
        })*
    };
}

cells! {
    f16: F16, None;
    f32: F32, Some(NdarrayNpy::FUNCTIONS);
    f64: F64, Some(NdarrayNpy::FUNCTIONS);
    i32: I32, Some(NdarrayNpy::FUNCTIONS);
    i64: I64, Some(NdarrayNpy::FUNCTIONS);
    u8: U8, Some(NdarrayNpy::FUNCTIONS);
    bool: BOOL, Some(NdarrayNpy::FUNCTIONS);
}

/// One member: an array, a list or a number, seen as a shape and cells.
pub trait Value: ToMembers + FromMembers {
    /// The type of its cells.
    type Cell: Cell;
    /// The length of each axis.
    fn shape(&self) -> &[usize];
    /// All cells, row by row.
    fn cells(&self) -> &[Self::Cell];
    /// Puts one together; `None` if the shape and the number of cells do not fit.
    fn from_cells(shape: &[usize], cells: Vec<Self::Cell>) -> Option<Self>;

    /// A view of it as an array.
    ///
    /// # Errors
    /// Never, as long as `shape` and `cells` say the same.
    fn view(&self) -> Outcome<ArrayViewD<'_, Self::Cell>> {
        Ok(ArrayViewD::from_shape(self.shape(), self.cells())?)
    }

    /// The bytes of its cells.
    fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(self.cells())
    }
}

impl<A: Cell> Value for ArrayD<A> {
    type Cell = A;
    fn shape(&self) -> &[usize] {
        ndarray::ArrayBase::shape(self)
    }
    fn cells(&self) -> &[A] {
        self.as_slice().unwrap_or_default()
    }
    fn from_cells(shape: &[usize], cells: Vec<A>) -> Option<Self> {
        Self::from_shape_vec(IxDyn(shape), cells).ok()
    }
}

impl Value for f64 {
    type Cell = Self;
    fn shape(&self) -> &[usize] {
        &[]
    }
    fn cells(&self) -> &[Self] {
        std::slice::from_ref(self)
    }
    fn from_cells(_: &[usize], cells: Vec<Self>) -> Option<Self> {
        cells.first().copied()
    }
}

/// Members under names that are data, in a derived struct: what is saved and loaded in every benchmark.
#[derive(Npz)]
pub struct State<V> {
    /// The values by their names, which are the members' names.
    #[npz(flatten)]
    pub values: BTreeMap<String, V>,
}

/// A state whose members are arrays of one type.
pub type ArrayState<A> = State<ArrayD<A>>;

impl<V: Value> State<V> {
    /// How many bytes its cells have.
    pub fn size(&self) -> u64 {
        self.values.values().map(|value| value.bytes().len() as u64).sum()
    }

    /// Compares names, shapes and bytes, so that even a NaN has to be the same.
    ///
    /// # Errors
    /// The first difference.
    pub fn expect_same(&self, loaded: &Self) -> Outcome<()> {
        if !self.values.keys().eq(loaded.values.keys()) {
            return Err(
                format!("{} members, and {} were loaded", self.values.len(), loaded.values.len()).into()
            );
        }
        for ((name, saved), loaded) in self.values.iter().zip(loaded.values.values()) {
            if saved.shape() != loaded.shape() || saved.bytes() != loaded.bytes() {
                return Err(format!("the member {name} was not loaded as it was saved").into());
            }
        }
        Ok(())
    }

    /// The first member, for formats that hold one array.
    ///
    /// # Errors
    /// There is none.
    pub fn first(&self) -> Outcome<&V> {
        Ok(self.values.values().next().ok_or("a state without members")?)
    }
}

/// The name of the member where there is one.
pub const ONLY: &str = "array";

/// A state of one array.
pub fn single<A: Cell>(shape: Vec<usize>, cells: Vec<A>) -> ArrayState<A> {
    let array = ArrayD::from_shape_vec(shape, cells).ok();
    State { values: array.into_iter().map(|array| (ONLY.to_owned(), array)).collect() }
}

/// A state of arrays of whichever type.
pub enum Arrays {
    /// `f16`
    F2(ArrayState<f16>),
    /// `f32`
    F4(ArrayState<f32>),
    /// `f64`
    F8(ArrayState<f64>),
    /// `i32`
    I4(ArrayState<i32>),
    /// `i64`
    I8(ArrayState<i64>),
    /// `u8`
    U1(ArrayState<u8>),
    /// `bool`
    B1(ArrayState<bool>),
}

/// Runs an expression with the state of [`Arrays`], whatever its type.
#[macro_export]
macro_rules! with_state {
    ($arrays:expr, $state:ident => $run:expr) => {
        match $arrays {
            $crate::arrays::Arrays::F2($state) => $run,
            $crate::arrays::Arrays::F4($state) => $run,
            $crate::arrays::Arrays::F8($state) => $run,
            $crate::arrays::Arrays::I4($state) => $run,
            $crate::arrays::Arrays::I8($state) => $run,
            $crate::arrays::Arrays::U1($state) => $run,
            $crate::arrays::Arrays::B1($state) => $run,
        }
    };
}
