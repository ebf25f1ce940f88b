#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl<T> __npz::ToMembers for Meters<T> {
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::validate(__name, self, positive)?;
            __npz::push_inner::<f32>(__members, __name, &self.1)?;
            __npz::Ok(())
        }
        const NAMES: &'static __npz::Names = <f32 as __npz::ToMembers>::NAMES;
        fn refs_to_members<'__a>(
            __items: &[&'__a Self],
            __shape: &[__npz::usize],
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::validate_each(__name, __items, positive)?;
            __npz::push_inners::<
                Self,
                f32,
            >(__items, |__item| &__item.1, __shape, __members, __name)
        }
        fn inner_separator(__inherited: &'static __npz::str) -> &'static __npz::str {
            <f32 as __npz::ToMembers>::inner_separator(__inherited)
        }
        fn may_be_absent() -> __npz::bool {
            <f32 as __npz::ToMembers>::may_be_absent()
        }
    }
    #[automatically_derived]
    impl<T> __npz::FromMembers for Meters<T>
    where
        PhantomData<T>: __npz::Default,
    {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            let __place = __npz::Clone::clone(__name);
            __loader
                .with_cast(
                    __npz::Cast::SameKind,
                    |__loader| __npz::plan_inner::<
                        f32,
                        Self,
                    >(
                        __loader,
                        __name,
                        move |__inner: f32| {
                            let __value: Self = Self {
                                0: <PhantomData<T> as __npz::Default>::default(),
                                1: __inner,
                            };
                            __npz::validate_loaded(&__place, &__value, positive)?;
                            __npz::Ok(__value)
                        },
                    ),
                )
        }
        fn plan_many<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
            __dims: &[__npz::Option<__npz::usize>],
        ) -> __npz::Plan<'__s, __npz::Vec<Self>>
        where
            Self: '__s,
        {
            let __place = __npz::Clone::clone(__name);
            __loader
                .with_cast(
                    __npz::Cast::SameKind,
                    |__loader| __npz::plan_inners::<
                        f32,
                        Self,
                    >(
                        __loader,
                        __name,
                        __dims,
                        move |__inner: f32| {
                            let __value: Self = Self {
                                0: <PhantomData<T> as __npz::Default>::default(),
                                1: __inner,
                            };
                            __npz::validate_loaded(&__place, &__value, positive)?;
                            __npz::Ok(__value)
                        },
                    ),
                )
        }
        fn are_present(
            __loader: &__npz::Loader<'_>,
            __name: &__npz::Name,
        ) -> __npz::bool {
            <f32 as __npz::FromMembers>::are_present(__loader, __name)
        }
        fn is_single() -> __npz::bool {
            <f32 as __npz::FromMembers>::is_single()
        }
        fn are_single() -> __npz::bool {
            <f32 as __npz::FromMembers>::are_single()
        }
        fn inner_separator(__inherited: &'static __npz::str) -> &'static __npz::str {
            <f32 as __npz::FromMembers>::inner_separator(__inherited)
        }
        fn note_shapes<__Used>(
            &self,
            __name: &__npz::Name,
            __shapes: &mut __npz::Shapes,
        ) {
            <f32 as __npz::LoadField>::note::<__Used>(&self.1, __name, &[], __shapes);
        }
        fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
            <f32 as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.1),
            );
        }
    }
    #[automatically_derived]
    impl<T> __npz::Npz for Meters<T> {}
};
