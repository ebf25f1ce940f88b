#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl<'a, 'b, T: Clone, const N: usize> __npz::ToMembers for Tree<'a, 'b, T, N>
    where
        T: Copy,
        [T; N]: __npz::ToMembers,
        T: __npz::ToMembers,
    {
        const NAMES: &'static __npz::Names = &__npz::Names::new(
            &["0", "1", "2", "3"],
            &[],
            __npz::None,
        );
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::push::<[T; N]>(__members, __name, "0", &self.0)?;
            __npz::push::<Cow<'a, str>>(__members, __name, "1", &self.1)?;
            __npz::push::<Cow<'b, str>>(__members, __name, "2", &self.2)?;
            __npz::push::<Vec<Tree<'a, 'b, T, N>>>(__members, __name, "3", &self.3)?;
            __npz::Ok(())
        }
    }
    #[automatically_derived]
    impl<'a, 'b, T: Clone, const N: usize> __npz::FromMembers for Tree<'a, 'b, T, N>
    where
        T: Copy,
        [T; N]: __npz::FromMembers,
        for<'__0> Cow<'__0, str>: __npz::FromMembers,
        T: __npz::FromMembers,
    {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            let __plan0 = <[T; N] as __npz::LoadField>::plan_field(
                __loader,
                __name,
                &["0"],
            );
            let __plan1 = <Cow<
                'a,
                str,
            > as __npz::LoadField>::plan_field(__loader, __name, &["1"]);
            let __plan2 = <Cow<
                'b,
                str,
            > as __npz::LoadField>::plan_field(__loader, __name, &["2"]);
            let __plan3 = <Vec<
                Tree<'a, 'b, T, N>,
            > as __npz::LoadField>::plan_field(__loader, __name, &["3"]);
            __npz::Plan::new(move || {
                let mut __failed = __npz::None;
                let __value0 = __npz::finish(__plan0, &mut __failed);
                let __value1 = __npz::finish(__plan1, &mut __failed);
                let __value2 = __npz::finish(__plan2, &mut __failed);
                let __value3 = __npz::finish(__plan3, &mut __failed);
                if let (
                    __npz::Some(__value0),
                    __npz::Some(__value1),
                    __npz::Some(__value2),
                    __npz::Some(__value3),
                ) = (__value0, __value1, __value2, __value3) {
                    __npz::Ok(Self {
                        0: __value0,
                        1: __value1,
                        2: __value2,
                        3: __value3,
                    })
                } else {
                    __npz::failed(__failed)
                }
            })
        }
        fn note_shapes<__Used>(
            &self,
            __name: &__npz::Name,
            __shapes: &mut __npz::Shapes,
        ) {
            <[T; N] as __npz::LoadField>::note::<
                __Used,
            >(&self.0, __name, &["0"], __shapes);
            <Cow<
                'a,
                str,
            > as __npz::LoadField>::note::<__Used>(&self.1, __name, &["1"], __shapes);
            <Cow<
                'b,
                str,
            > as __npz::LoadField>::note::<__Used>(&self.2, __name, &["2"], __shapes);
            <Vec<
                Tree<'a, 'b, T, N>,
            > as __npz::LoadField>::note::<__Used>(&self.3, __name, &["3"], __shapes);
        }
        fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
            <[T; N] as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.0),
            );
            <Cow<
                'a,
                str,
            > as __npz::LoadField>::each(__parts, |__value| __npz::Some(&mut __value.1));
            <Cow<
                'b,
                str,
            > as __npz::LoadField>::each(__parts, |__value| __npz::Some(&mut __value.2));
            <Vec<
                Tree<'a, 'b, T, N>,
            > as __npz::LoadField>::each(__parts, |__value| __npz::Some(&mut __value.3));
        }
    }
    #[automatically_derived]
    impl<'a, 'b, T: Clone, const N: usize> __npz::Npz for Tree<'a, 'b, T, N>
    where
        T: Copy,
        [T; N]: __npz::ToMembers,
        T: __npz::ToMembers,
    {}
};
