#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl __npz::ToMembers for Model {
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            let __name = &__name.with_separator("/");
            __npz::push_version(__members, __name, 3u32)?;
            __npz::push::<
                Array2<f32>,
            >(__members, __name, __npz::Some("weights"), &self.weights)?;
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
            let __plan0 = __npz::plan::<
                Array2<f32>,
            >(__loader, __name, &["weights"], __npz::None);
            __npz::Plan::new(move || { __npz::Ok(Self { weights: __plan0.finish()? }) })
        }
        fn is_present(
            __loader: &__npz::Loader<'_>,
            __name: &__npz::Name,
        ) -> __npz::bool {
            let __name = &__name.with_separator("/");
            __npz::is_version_present(__loader, __name)
                || __npz::is_present::<Array2<f32>>(__loader, __name, &["weights"])
        }
        fn inner_separator(_: &'static __npz::str) -> &'static __npz::str {
            "/"
        }
        fn donate(&mut self, __spares: &mut __npz::Spares) {
            <Array2<f32> as __npz::FromMembers>::donate(&mut self.weights, __spares);
        }
        fn assign(&mut self, __loaded: &mut Self) {
            <Array2<
                f32,
            > as __npz::FromMembers>::assign(&mut self.weights, &mut __loaded.weights);
        }
    }
    #[automatically_derived]
    impl __npz::Npz for Model {}
};
