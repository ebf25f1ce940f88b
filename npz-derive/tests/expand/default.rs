#[doc(hidden)]
#[allow(clippy::disallowed_types)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl<T> __npz::ToMembers for Options<T>
    where
        T: __npz::ToMembers,
    {
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::push_or_mark::<
                T,
            >(__members, __name, __npz::Some("rate"), &self.rate)?;
            __npz::push_or_mark::<
                u32,
            >(__members, __name, __npz::Some("steps"), &self.steps)?;
            __npz::Ok(())
        }
    }
    #[automatically_derived]
    impl<T> __npz::FromMembers for Options<T>
    where
        T: __npz::FromMembers,
        Self: __npz::Default,
    {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            let __plan0 = __npz::plan_if_present::<
                T,
            >(__loader, __name, &["rate"], __npz::None);
            let __plan1 = __npz::plan_if_present::<
                u32,
            >(__loader, __name, &["steps"], __npz::None);
            __npz::Plan::new(move || {
                let mut __value: Self = <Self as __npz::Default>::default();
                if let __npz::Some(__plan) = __plan0 {
                    __value.rate = __plan.finish()?;
                }
                if let __npz::Some(__plan) = __plan1 {
                    __value.steps = __plan.finish()?;
                } else {
                    __value.steps = ten();
                }
                __npz::Ok(__value)
            })
        }
        fn is_present(
            __loader: &__npz::Loader<'_>,
            __name: &__npz::Name,
        ) -> __npz::bool {
            __npz::is_present::<T>(__loader, __name, &["rate"])
                || __npz::is_present::<u32>(__loader, __name, &["steps"])
        }
        fn donate(&mut self, __spares: &mut __npz::Spares) {
            <T as __npz::FromMembers>::donate(&mut self.rate, __spares);
            <u32 as __npz::FromMembers>::donate(&mut self.steps, __spares);
        }
        fn assign(&mut self, __loaded: &mut Self) {
            <T as __npz::FromMembers>::assign(&mut self.rate, &mut __loaded.rate);
            <u32 as __npz::FromMembers>::assign(&mut self.steps, &mut __loaded.steps);
        }
    }
    #[automatically_derived]
    impl<T> __npz::Npz for Options<T>
    where
        T: __npz::ToMembers,
    {}
};
