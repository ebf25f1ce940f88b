//! What the cells of an array will take in memory, told by its header.

use ndarray::ArrayD;

use crate::any::{AnyArray, Visit, visit};
use crate::dtype::{Kind, TimeUnit};
use crate::element::Element;
use crate::header::Header;
use crate::limits::Cost;

/// As cells of one type.
pub(crate) fn cost<A: Element>(header: &Header) -> Cost {
    let count = header.shape().iter().fold(1_u64, |count, &len| count.saturating_mul(len as u64));
    Cost::new(header.data_len(), count, size_of::<A>(), A::OVERHEAD)
}

/// As what an `AnyArray` makes of them.
pub(super) fn any_cost(header: &Header) -> Cost {
    visit(header.dtype(), AnyCost(header))
}

struct AnyCost<'h>(&'h Header);

impl Visit for AnyCost<'_> {
    type Out = Cost;

    fn typed<A: Element>(self, _: fn(ArrayD<A>) -> AnyArray) -> Cost {
        cost::<A>(self.0)
    }

    fn times(self, _: Kind, _: TimeUnit) -> Cost {
        cost::<i64>(self.0)
    }

    fn long_doubles<A: Element>(self, _: fn(ArrayD<A>) -> AnyArray) -> Cost {
        cost::<A>(self.0)
    }

    fn other(self) -> Cost {
        Cost::stored(self.0.data_len())
    }
}
