//! Rows on their way to the end of an array that grows.

use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::header::Header;
use crate::members::settings::SaveSettings;
use crate::members::{Members, Name, ToMembers};
use crate::shape::Order;
use crate::stored::Stored;

/// What the rows of one array have in common.
#[derive(Debug)]
pub(crate) struct Rows {
    /// That of an array without rows.
    header: Header,
    byte_order: ByteOrder,
}

impl Rows {
    /// Rows of cells of a type, in C order.
    pub(crate) fn of<A: Element>(row_shape: &[usize], byte_order: ByteOrder) -> Result<Self> {
        if !A::HAS_FIXED_SIZE {
            return Err(Error::invalid(format!(
                "cells of {} are as wide as the longest of them, which is not known before the last row: choose cells of a \
                 fixed width, such as `FixedStr<16>` or `FixedBytes<16>`",
                A::rust_name()
            )));
        }
        Self::of_dtype(&DType::of::<A>()?, row_shape, byte_order)
    }

    /// Rows of cells of a dtype, in C order.
    pub(crate) fn of_dtype(dtype: &DType, row_shape: &[usize], byte_order: ByteOrder) -> Result<Self> {
        let dtype = dtype.with_byte_order(byte_order);
        let header = Header::new(dtype, &[&[0], row_shape].concat(), Order::C)?;
        if header.with_rows(1)?.data_len() == 0 {
            return Err(Error::invalid(format!("expected rows that have bytes, found rows of {header}")));
        }
        Ok(Self { header, byte_order })
    }

    /// The rows of an array that is there, if they are such as these but for order and byte order.
    pub(crate) fn like(self, found: &Header) -> Option<Self> {
        let own = self.header.dtype();
        let mut orders = [ByteOrder::Little, ByteOrder::Big].into_iter();
        let byte_order = orders.find(|&order| same(&own.with_byte_order(order), found.dtype()))?;
        let header = found.with_rows(0).ok().filter(|found| found.row_shape() == self.header.row_shape())?;
        Some(Self { header, byte_order })
    }

    /// The header of an array without rows.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// The length of one row.
    pub(crate) fn row_len(&self) -> u64 {
        let cells: usize = self.header.row_shape().iter().product();
        (cells * self.header.dtype().item_size()) as u64
    }

    /// Lets `take` have one row in its stored form.
    pub(crate) fn with_row<T: ToMembers + ?Sized>(
        &self,
        row: &T,
        take: impl FnOnce(&dyn Stored) -> Result<()>,
    ) -> Result<()> {
        let members = self.collect(row)?;
        let array = self.one_array(&members, "row")?;
        let found = array.header();
        if found.shape() != self.header.row_shape() || !same(found.dtype(), self.header.dtype()) {
            return Err(self.refuse("one row", self.header.row_shape(), found));
        }
        take(array)
    }

    /// Lets `take` have several rows in their stored form, which are one array; tells how many.
    pub(crate) fn with_rows<T: ToMembers + ?Sized>(
        &self,
        rows: &T,
        take: impl FnOnce(&dyn Stored) -> Result<()>,
    ) -> Result<usize> {
        let members = self.collect(rows)?;
        let array = self.one_array(&members, "rows")?;
        let found = array.header();
        let axis = if self.header.order() == Order::C { 0 } else { self.header.shape().len() - 1 };
        let count = found.shape().get(axis).copied().unwrap_or(0);
        let wanted = self.header.with_rows(count)?;
        if found.shape() != wanted.shape() || !same(found.dtype(), self.header.dtype()) {
            return Err(self.refuse("rows", wanted.shape(), found));
        }
        take(array)?;
        Ok(count)
    }

    fn collect<'v, T: ToMembers + ?Sized>(&self, value: &'v T) -> Result<Members<'v>> {
        let mut members = Members::in_byte_order(Some(self.byte_order));
        let settings = SaveSettings { order: Some(Some(self.header.order())), ..SaveSettings::default() };
        members.with_settings(settings, |members| value.to_members(members, &Name::root()))?;
        Ok(members)
    }

    fn one_array<'m>(&self, members: &'m Members<'_>, what: &str) -> Result<&'m dyn Stored> {
        let array = members.one_array().map(|array| array as &dyn Stored);
        array.ok_or_else(|| {
            Error::invalid(format!(
                "expected {what} of {}, found a value with members of its own, {members:?}",
                self.header
            ))
        })
    }

    fn refuse(&self, what: &str, shape: &[usize], found: &Header) -> Error {
        let expected = Header::of(self.header.dtype().clone(), shape, Order::C);
        let expected = expected.map_or_else(|error| error.to_string(), |header| header.to_string());
        Error::invalid(format!(
            "expected {what} of the array, {expected}, found {found}; nothing of it is written"
        ))
    }
}

/// Whether cells are the same, byte for byte. A void has no byte order, and two spellings.
fn same(one: &DType, other: &DType) -> bool {
    let is_void = one.kind() == DTypeKind::Void && one.fields().is_none();
    one == other || is_void && one.is_same_but_for_order(other)
}
