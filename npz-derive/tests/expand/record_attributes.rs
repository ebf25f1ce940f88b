#[doc(hidden)]
#[allow(deprecated)]
const _: () = {
    use crate::npz::__private as __npz;
    #[automatically_derived]
    impl<T, const N: usize> __npz::NpyRecord for Particle<T, N>
    where
        T: Copy,
        [T; N]: __npz::RecordField,
        Self: __npz::Clone + __npz::Send + __npz::Sync + 'static,
    {
        const NAME: &'static __npz::str = "Particle";
        fn layout() -> __npz::Layout {
            let __layout = __npz::Layout::new(true);
            let __layout = <[T; N] as __npz::RowField>::lay_out(
                __layout,
                "p",
                __npz::Some("where it is"),
            );
            let __layout = <Spin as __npz::RowField>::lay_out(
                __layout,
                "inSpin",
                __npz::None,
            );
            __layout
        }
        fn each_field(__rows: &[Self], __visitor: &mut impl __npz::EachField) {
            <[T; N] as __npz::RowField>::visit(__visitor, __rows, |__row| &__row.pos_of);
            <Spin as __npz::RowField>::visit(__visitor, __rows, |__row| &__row.in_spin);
        }
        fn plan_rows(__plan: &mut __npz::RecordPlan<'_>) -> __npz::ConvertRows<Self> {
            __plan.allow_unknown();
            let mut __column0 = <[T; N] as __npz::RowField>::column(
                __plan,
                &["p", "position", "pos"],
                __npz::Some(__npz::Cast::SameKind),
                false,
            );
            let mut __column1 = <Spin as __npz::RowField>::column(
                __plan,
                &["inSpin"],
                __npz::None,
                false,
            );
            __npz::Box::new(move |__rows, __out| {
                <[T; N] as __npz::RowField>::read(&mut __column0, __rows)?;
                <Spin as __npz::RowField>::read(&mut __column1, __rows)?;
                __npz::extend(
                    __out,
                    __rows,
                    |__row| Self {
                        pos_of: <[T; N] as __npz::RowField>::get(&__column0, __row),
                        in_spin: <Spin as __npz::RowField>::get(&__column1, __row),
                    },
                );
                __npz::Ok(())
            })
        }
    }
    #[automatically_derived]
    impl<T, const N: usize> __npz::Sealed for Particle<T, N>
    where
        T: Copy,
        [T; N]: __npz::RecordField,
        Self: __npz::Clone + __npz::Send + __npz::Sync + 'static,
    {}
    #[automatically_derived]
    impl<T, const N: usize> __npz::Element for Particle<T, N>
    where
        T: Copy,
        [T; N]: __npz::RecordField,
        Self: __npz::Clone + __npz::Send + __npz::Sync + 'static,
    {
        const KIND: __npz::DTypeKind = __npz::DTypeKind::Void;
        fn dtype_of(_: &__npz::ArrayViewD<'_, Self>) -> __npz::Result<__npz::DType> {
            <Self as __npz::NpyRecord>::record_dtype()
        }
        fn alignment() -> __npz::usize {
            <Self as __npz::NpyRecord>::layout().alignment()
        }
        fn encode<'__c>(
            __cells: &'__c [Self],
            __dtype: &__npz::DType,
        ) -> __npz::Result<__npz::Cow<'__c, [__npz::u8]>> {
            <Self as __npz::PodRow>::encode_pod(
                __cells,
                __dtype,
                &[__npz::offset_of!(Self, pos_of), __npz::offset_of!(Self, in_spin)],
            )
        }
        fn decoder(
            __stored: &__npz::DType,
            __rule: __npz::Rule,
        ) -> __npz::Result<__npz::Decoder<Self>, __npz::Refusal> {
            <Self as __npz::PodRow>::decoder_of_pod(
                __stored,
                __rule,
                &[__npz::offset_of!(Self, pos_of), __npz::offset_of!(Self, in_spin)],
            )
        }
        fn wanted() -> __npz::Wanted {
            __npz::wanted::<Self>()
        }
        fn rust_name() -> __npz::Cow<'static, __npz::str> {
            __npz::Cow::Borrowed(<Self as __npz::NpyRecord>::NAME)
        }
        fn first_not_finite(
            __cells: &__npz::ArrayViewD<'_, Self>,
        ) -> __npz::Option<__npz::usize> {
            __npz::first_not_finite::<Self>(__cells)
        }
        fn view<'__c>(
            __bytes: &'__c [__npz::u8],
            __stored: &__npz::DType,
        ) -> __npz::Result<&'__c [Self], &'static __npz::str> {
            <Self as __npz::PodRow>::view_pod(
                __bytes,
                __stored,
                &[__npz::offset_of!(Self, pos_of), __npz::offset_of!(Self, in_spin)],
            )
        }
    }
    #[automatically_derived]
    impl<T, const N: usize> __npz::ToMembers for Particle<T, N>
    where
        T: Copy,
        [T; N]: __npz::RecordField,
        Self: __npz::Clone + __npz::Send + __npz::Sync + 'static,
    {
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::push_row(self, __members, __name)
        }
        fn slice_to_members<'__a>(
            __items: &'__a [Self],
            __shape: &[__npz::usize],
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::push_rows(__items, __shape, __members, __name)
        }
        fn refs_to_members<'__a>(
            __items: &[&'__a Self],
            __shape: &[__npz::usize],
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::push_row_refs(__items, __shape, __members, __name)
        }
    }
    #[automatically_derived]
    impl<T, const N: usize> __npz::FromMembers for Particle<T, N>
    where
        T: Copy,
        [T; N]: __npz::RecordField,
        Self: __npz::Clone + __npz::Send + __npz::Sync + 'static,
    {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            __npz::plan_row(__loader, __name)
        }
        fn plan_many<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
            __dims: &[__npz::Option<__npz::usize>],
        ) -> __npz::Plan<'__s, __npz::Vec<Self>>
        where
            Self: '__s,
        {
            __npz::plan_rows(__loader, __name, __dims)
        }
        fn is_single() -> __npz::bool {
            true
        }
        fn are_single() -> __npz::bool {
            true
        }
        fn give_memory_of_all<__Used>(
            __items: &mut __npz::Vec<Self>,
            __spares: &mut __npz::Spares,
        ) {
            __npz::donate_rows(__items, __spares);
        }
    }
};
