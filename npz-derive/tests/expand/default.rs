#[doc(hidden)]
#[allow(clippy::disallowed_types)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl<T> __npz::ToMembers for Options<T>
    where
        T: __npz::ToMembers,
    {
        const NAMES: &'static __npz::Names = &__npz::Names::new(
            &["rate", "steps"],
            &[],
            __npz::None,
        );
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::push_or_mark::<T>(__members, __name, "rate", &self.rate)?;
            __npz::push_or_mark::<u32>(__members, __name, "steps", &self.steps)?;
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
            let __plan0 = <T as __npz::LoadField>::plan_if_present(
                __loader,
                __name,
                &["rate"],
            );
            let __plan1 = <u32 as __npz::LoadField>::plan_if_present(
                __loader,
                __name,
                &["steps"],
            );
            __npz::Plan::new(move || {
                let mut __failed = __npz::None;
                let mut __value: Self = <Self as __npz::Default>::default();
                if let __npz::Some(__plan) = __plan0 {
                    __npz::finish_over(__plan, &mut __failed, &mut __value.rate);
                }
                if let __npz::Some(__plan) = __plan1 {
                    __npz::finish_over(__plan, &mut __failed, &mut __value.steps);
                } else {
                    __value.steps = {
                        let __default: u32 = ten();
                        __default
                    };
                }
                __npz::finished(__value, __failed)
            })
        }
        fn note_shapes<__Used>(
            &self,
            __name: &__npz::Name,
            __shapes: &mut __npz::Shapes,
        ) {
            <T as __npz::LoadField>::note::<
                __Used,
            >(&self.rate, __name, &["rate"], __shapes);
            <u32 as __npz::LoadField>::note::<
                __Used,
            >(&self.steps, __name, &["steps"], __shapes);
        }
        fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
            <T as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.rate),
            );
            <u32 as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.steps),
            );
        }
    }
    #[automatically_derived]
    impl<T> __npz::Npz for Options<T>
    where
        T: __npz::ToMembers,
    {}
};
