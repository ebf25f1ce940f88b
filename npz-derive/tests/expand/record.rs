#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    const _: () = <u32 as __npz::RowField>::CHECK;
    const _: () = <[f64; 3] as __npz::RowField>::CHECK;
    #[automatically_derived]
    impl __npz::NpyRecord for Particle {
        const NAME: &'static __npz::str = "Particle";
        fn layout() -> __npz::Layout {
            let __layout = __npz::Layout::new(false);
            let __layout = <u32 as __npz::RowField>::lay_out(
                __layout,
                "id",
                __npz::None,
            );
            let __layout = <[f64; 3] as __npz::RowField>::lay_out(
                __layout,
                "type",
                __npz::None,
            );
            __layout
        }
        fn each_field(__rows: &[Self], __visitor: &mut impl __npz::EachField) {
            <u32 as __npz::RowField>::visit(__visitor, __rows, |__row| &__row.id);
            <[f64; 3] as __npz::RowField>::visit(
                __visitor,
                __rows,
                |__row| &__row.r#type,
            );
        }
        fn plan_rows(__plan: &mut __npz::RecordPlan<'_>) -> __npz::ConvertRows<Self> {
            let mut __column0 = <u32 as __npz::RowField>::column(
                __plan,
                &["id"],
                __npz::None,
                false,
            );
            let mut __column1 = <[f64; 3] as __npz::RowField>::column(
                __plan,
                &["type"],
                __npz::None,
                false,
            );
            __npz::Box::new(move |__rows, __out| {
                <u32 as __npz::RowField>::read(&mut __column0, __rows)?;
                <[f64; 3] as __npz::RowField>::read(&mut __column1, __rows)?;
                __npz::extend(
                    __out,
                    __rows,
                    |__row| Self {
                        id: <u32 as __npz::RowField>::get(&__column0, __row),
                        r#type: <[f64; 3] as __npz::RowField>::get(&__column1, __row),
                    },
                );
                __npz::Ok(())
            })
        }
    }
    #[automatically_derived]
    impl __npz::Sealed for Particle {}
    #[automatically_derived]
    impl __npz::Element for Particle {
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
            __npz::encode::<Self>(__cells, __dtype)
        }
        fn decoder(
            __stored: &__npz::DType,
            __rule: __npz::Rule,
        ) -> __npz::Result<__npz::Decoder<Self>, __npz::Refusal> {
            __npz::decoder::<Self>(__stored, __rule)
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
            _: &'__c [__npz::u8],
            _: &__npz::DType,
        ) -> __npz::Result<&'__c [Self], &'static __npz::str> {
            __npz::cannot_view()
        }
    }
    #[automatically_derived]
    impl __npz::ToMembers for Particle {
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
    impl __npz::FromMembers for Particle {
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
