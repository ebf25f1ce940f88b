//! What all cells have in common whose memory is, up to byte order, their stored form.

/// Implements `Element` for numbers that are written as they lie in memory, unless the field asks for another dtype.
///
/// `dtype` is what they are written as, `encode` gives its bytes, `decoder` and `view` read. Inline, so that a program
/// compiles these for the cells that it has, and not this crate for all.
macro_rules! plain_cells {
    ($($cell:ty {
        name: $name:expr,
        kind: $kind:expr,
        dtype: $dtype:expr,
        encode: $encode:expr,
        decoder: $decoder:expr,
        view: $view:expr,
        $(finite: $finite:expr,)?
    })*) => {$(
        impl $crate::element::Sealed for $cell {}
        impl $crate::element::Element for $cell {
            const KIND: DTypeKind = $kind;
            fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
                Ok($dtype)
            }
            #[inline]
            fn dtype_as(cells: &ArrayViewD<'_, Self>, form: $crate::element::Form) -> Result<DType> {
                match form.store_as(Self::KIND) {
                    Some(to) => $crate::element::narrow::dtype_as(cells, to),
                    None => Self::dtype_of(cells),
                }
            }
            #[inline]
            fn encode<'c>(cells: &'c [Self], dtype: &DType) -> Result<Cow<'c, [u8]>> {
                let own: DType = $dtype;
                if $crate::element::is_own(dtype, own.kind(), own.item_size()) {
                    $encode(cells)
                } else {
                    <Self as $crate::element::narrow::Narrow>::encode_as(cells, dtype).map(Cow::Owned)
                }
            }
            #[inline]
            fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
                $decoder(stored, rule)
            }
            fn wanted() -> $crate::element::Wanted {
                $crate::element::Wanted::Cells($dtype)
            }
            fn rust_name() -> Cow<'static, str> {
                $name.into()
            }
            $(
                #[inline]
                fn first_not_finite(cells: &ArrayViewD<'_, Self>) -> Option<usize> {
                    $crate::element::first_failing(cells, $finite)
                }
            )?
            #[inline]
            fn view<'c>(bytes: &'c [u8], stored: &DType) -> Result<&'c [Self], &'static str> {
                $view(bytes, stored)
            }
        }
    )*};
}
