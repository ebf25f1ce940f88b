#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl __npz::ToMembers for Model {
        const NAMES: &'static __npz::Names = &__npz::Names::new(
            &["__version__", "weights"],
            &[],
            __npz::Some("/"),
        );
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            let __name = &__name.with_separator("/");
            __npz::push_version(__members, __name, 3u32)?;
            __npz::push::<Array2<f32>>(__members, __name, "weights", &self.weights)?;
            __npz::Ok(())
        }
        fn inner_separator(_: &'static __npz::str) -> &'static __npz::str {
            "/"
        }
    }
    #[automatically_derived]
    impl __npz::FromMembers for Model {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            let __name = &__name.with_separator("/");
            if !__npz::migrate(__loader, __name, 3u32, Self::from_older) {
                return __npz::refused();
            }
            let __plan0 = <Array2<
                f32,
            > as __npz::LoadField>::plan_field(__loader, __name, &["weights"]);
            __npz::Plan::new(move || {
                let mut __failed = __npz::None;
                let __value0 = __npz::finish(__plan0, &mut __failed);
                if let (__npz::Some(__value0),) = (__value0,) {
                    __npz::Ok(Self { weights: __value0 })
                } else {
                    __npz::failed(__failed)
                }
            })
        }
        fn inner_separator(_: &'static __npz::str) -> &'static __npz::str {
            "/"
        }
        fn note_shapes<__Used>(
            &self,
            __name: &__npz::Name,
            __shapes: &mut __npz::Shapes,
        ) {
            let __name = &__name.with_separator("/");
            <Array2<
                f32,
            > as __npz::LoadField>::note::<
                __Used,
            >(&self.weights, __name, &["weights"], __shapes);
        }
        fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
            <Array2<
                f32,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.weights),
            );
        }
    }
    #[automatically_derived]
    impl __npz::Npz for Model {}
};
