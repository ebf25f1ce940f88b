use ndarray::{ArrayD, Axis as At, IxDyn, ShapeBuilder, SliceInfo, SliceInfoElem};
use proptest::prelude::*;

use super::*;

/// The cells of a part by its runs, with room between what was asked for and what came.
fn by_runs(part: &Part, cells: &[u32], order: Order, most: usize) -> Vec<u32> {
    let mut found = vec![u32::MAX; part.shape().iter().product()];
    let mut last = 0;
    for run in part.runs(order, most) {
        assert!(run.len > 0 && run.len <= most && run.from >= last, "{run:?} after {last}");
        last = run.end();
        found[run.to..run.to + run.len].copy_from_slice(&cells[run.from..run.end()]);
    }
    assert_eq!(last, if found.is_empty() { last } else { part.end(order) });
    part.repeat(order, &mut |from, to, len| found.copy_within(from..from + len, to));
    found
}

/// The cells of an array in the order of a file.
fn in_order(array: &ArrayD<u32>, order: Order) -> Vec<u32> {
    match order {
        Order::C => array.iter().copied().collect(),
        Order::Fortran => array.t().iter().copied().collect(),
    }
}

fn element(len: usize) -> impl Strategy<Value = SliceInfoElem> {
    let n = len as isize;
    let slice = (0..=n, 0..=n, any::<bool>(), prop_oneof![1..4isize, -3..0isize], any::<bool>()).prop_map(
        move |(start, end, is_open, step, is_negative)| SliceInfoElem::Slice {
            start: if is_negative && start > 0 { start - n - isize::from(start == n) } else { start },
            end: (!is_open).then_some(end),
            step,
        },
    );
    let slice = slice.prop_map(move |element| match element {
        SliceInfoElem::Slice { start, end, step } if start < -n => {
            SliceInfoElem::Slice { start: 0, end, step }
        }
        other => other,
    });
    if len == 0 {
        return slice.boxed();
    }
    prop_oneof![3 => slice, 1 => (-n..n).prop_map(SliceInfoElem::Index)].boxed()
}

/// A shape, what is wanted of it, and where a new axis goes.
fn wanted() -> impl Strategy<Value = (Vec<usize>, Vec<SliceInfoElem>)> {
    prop::collection::vec(0..6usize, 0..4).prop_flat_map(|shape| {
        let elements: Vec<_> = shape.iter().map(|&len| element(len).boxed()).collect();
        (Just(shape), elements, prop::option::of(0..4usize)).prop_map(|(shape, mut elements, new)| {
            if let Some(at) = new {
                elements.insert(at.min(elements.len()), SliceInfoElem::NewAxis);
            }
            (shape, elements)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_slice_is_what_ndarray_makes_of_it((shape, elements) in wanted(), fortran in any::<bool>(), most in 1..9usize) {
        let order = if fortran { Order::Fortran } else { Order::C };
        let cells: Vec<u32> = (0..shape.iter().product::<usize>() as u32).collect();
        let array = ArrayD::from_shape_vec(IxDyn(&shape).set_f(fortran), cells.clone()).unwrap();
        let info = SliceInfo::<_, IxDyn, IxDyn>::try_from(elements.clone()).unwrap();
        let expected = array.slice(info);
        let part = Part::slice(&shape, &elements).unwrap();
        prop_assert_eq!(part.shape(), expected.shape());
        prop_assert_eq!(by_runs(&part, &cells, order, most), in_order(&expected.to_owned(), order));
        if part.is_in_order() {
            let mut next = 0;
            for run in part.runs(order, most) {
                prop_assert_eq!(run.to, next);
                next += run.len;
            }
        }
    }

    #[test]
    fn places_are_selected_in_any_order_and_twice(
        (shape, axis, indices) in prop::collection::vec(1..6usize, 1..4).prop_flat_map(|shape| {
            let axis = 0..shape.len();
            (Just(shape), axis).prop_flat_map(|(shape, axis)| {
                let indices = prop::collection::vec(0..shape[axis], 0..9);
                (Just(shape), Just(axis), indices)
            })
        }),
        fortran in any::<bool>(),
    ) {
        let order = if fortran { Order::Fortran } else { Order::C };
        let cells: Vec<u32> = (0..shape.iter().product::<usize>() as u32).collect();
        let array = ArrayD::from_shape_vec(IxDyn(&shape).set_f(fortran), cells.clone()).unwrap();
        let part = Part::select(&shape, axis, &indices).unwrap();
        let expected = array.select(At(axis), &indices);
        prop_assert_eq!(part.shape(), expected.shape());
        prop_assert_eq!(by_runs(&part, &cells, order, 4), in_order(&expected, order));
    }
}

#[test]
fn what_lies_side_by_side_is_one_run() {
    let all = SliceInfoElem::Slice { start: 0, end: None, step: 1 };
    let rows = SliceInfoElem::Slice { start: 10, end: Some(20), step: 1 };
    let runs = |elements: &[SliceInfoElem], order| {
        Part::slice(&[100, 7, 3], elements).unwrap().runs(order, usize::MAX).collect::<Vec<_>>()
    };
    assert_eq!(runs(&[rows, all, all], Order::C), [Run { from: 210, to: 0, len: 210 }]);
    assert_eq!(runs(&[rows], Order::C), runs(&[rows, all, all], Order::C));
    assert_eq!(runs(&[rows, all, all], Order::Fortran).len(), 21);
    assert_eq!(runs(&[all, SliceInfoElem::Index(-1), all], Order::C).len(), 100);
}

#[test]
fn what_lies_outside_is_refused() {
    let message = |elements: &[SliceInfoElem]| Part::slice(&[5, 2], elements).unwrap_err().to_string();
    let slice = |start, end| SliceInfoElem::Slice { start, end, step: 1 };
    let found = message(&[slice(0, Some(6))]);
    assert!(found.contains("range 0..6 is outside of axis 0, which has length 5"), "{found}");
    for elements in
        [[slice(-6, None)], [slice(6, None)], [SliceInfoElem::Index(5)], [SliceInfoElem::Index(-6)]]
    {
        assert!(message(&elements).contains("is outside of axis 0"), "{elements:?}");
    }
    let found = message(&[SliceInfoElem::Index(0); 3]);
    assert!(found.contains("at most 2 axes") && found.contains("found one of 3"), "{found}");
    let found = Part::select(&[5, 2], 1, &[1, 2]).unwrap_err().to_string();
    assert!(found.contains("index 2 (number 1 of those selected) is outside of axis 1"), "{found}");
    assert!(Part::select(&[5, 2], 2, &[]).is_err());
}
