#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl<T> __npz::NpyRecord for Tuple<T>
    where
        T: __npz::RecordField,
        T: __npz::Default,
        Cache<T>: __npz::Default,
        Self: __npz::Clone + __npz::Send + __npz::Sync + 'static,
    {
        const NAME: &'static __npz::str = "Tuple";
        fn layout() -> __npz::Layout {
            let __layout = __npz::Layout::new(false);
            let __layout = <T as __npz::RowField>::lay_out(__layout, "f0", __npz::None);
            let __layout = __layout.at(8usize);
            let __layout = <T as __npz::RowField>::lay_out(__layout, "f1", __npz::None);
            let __layout = <u8 as __npz::RowField>::lay_out(__layout, "f2", __npz::None);
            let __layout = __layout.sized(64usize);
            __layout
        }
        fn each_field(__rows: &[Self], __visitor: &mut impl __npz::EachField) {
            <T as __npz::RowField>::visit(__visitor, __rows, |__row| &__row.0);
            <T as __npz::RowField>::visit(__visitor, __rows, |__row| &__row.1);
            <u8 as __npz::RowField>::visit(__visitor, __rows, |__row| &__row.2);
        }
        fn plan_rows(__plan: &mut __npz::RecordPlan<'_>) -> __npz::ConvertRows<Self> {
            let mut __column0 = <T as __npz::RowField>::column(
                __plan,
                &["f0"],
                __npz::None,
                false,
            );
            let mut __column1 = <T as __npz::RowField>::column(
                __plan,
                &["f1"],
                __npz::None,
                true,
            );
            let mut __column2 = <u8 as __npz::RowField>::column(
                __plan,
                &["f2"],
                __npz::None,
                true,
            );
            __npz::Box::new(move |__rows, __out| {
                <T as __npz::RowField>::read(&mut __column0, __rows)?;
                <T as __npz::RowField>::read(&mut __column1, __rows)?;
                <u8 as __npz::RowField>::read(&mut __column2, __rows)?;
                __npz::extend(
                    __out,
                    __rows,
                    |__row| Self {
                        0: <T as __npz::RowField>::get(&__column0, __row),
                        1: if <T as __npz::RowField>::is_absent(&__column1) {
                            <T as __npz::Default>::default()
                        } else {
                            <T as __npz::RowField>::get(&__column1, __row)
                        },
                        2: if <u8 as __npz::RowField>::is_absent(&__column2) {
                            {
                                let __default: u8 = path::to::none();
                                __default
                            }
                        } else {
                            <u8 as __npz::RowField>::get(&__column2, __row)
                        },
                        3: <Cache<T> as __npz::Default>::default(),
                    },
                );
                __npz::Ok(())
            })
        }
    }
    #[automatically_derived]
    impl<T> __npz::Sealed for Tuple<T>
    where
        T: __npz::RecordField,
        T: __npz::Default,
        Cache<T>: __npz::Default,
        Self: __npz::Clone + __npz::Send + __npz::Sync + 'static,
    {}
    #[automatically_derived]
    impl<T> __npz::Element for Tuple<T>
    where
        T: __npz::RecordField,
        T: __npz::Default,
        Cache<T>: __npz::Default,
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
    impl<T> __npz::ToMembers for Tuple<T>
    where
        T: __npz::RecordField,
        T: __npz::Default,
        Cache<T>: __npz::Default,
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
    impl<T> __npz::FromMembers for Tuple<T>
    where
        T: __npz::RecordField,
        T: __npz::Default,
        Cache<T>: __npz::Default,
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
