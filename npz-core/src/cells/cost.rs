//! What the cells of an array will take in memory, told by its header.

use crate::element::Element;
use crate::header::Header;
use crate::limits::Cost;

/// As cells of one type.
pub(crate) fn cost<A: Element>(header: &Header) -> Cost {
    let count = header.shape().iter().fold(1_u64, |count, &len| count.saturating_mul(len as u64));
    Cost::new(header.data_len(), count, size_of::<A>(), A::OVERHEAD)
}
