#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl __npz::ToMembers for Dense {
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::push::<
                Array2<f32>,
            >(__members, __name, __npz::Some("weights"), &self.weights)?;
            __npz::push_or_mark::<
                u64,
            >(__members, __name, __npz::Some("epoch"), &self.epoch)?;
            __npz::push::<String>(__members, __name, __npz::Some("type"), &self.r#type)?;
            __npz::Ok(())
        }
    }
    #[automatically_derived]
    impl __npz::FromMembers for Dense {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            let __plan0 = __npz::plan::<
                Array2<f32>,
            >(__loader, __name, &["weights"], __npz::None);
            let __plan1 = __npz::plan_if_present::<
                u64,
            >(__loader, __name, &["epoch"], __npz::None);
            let __plan2 = __npz::plan::<
                String,
            >(__loader, __name, &["type"], __npz::None);
            __npz::Plan::new(move || {
                __npz::Ok(Self {
                    weights: __plan0.finish()?,
                    epoch: match __plan1 {
                        __npz::Some(__plan) => __plan.finish()?,
                        __npz::None => <u64 as __npz::Default>::default(),
                    },
                    r#type: __plan2.finish()?,
                })
            })
        }
        fn is_present(
            __loader: &__npz::Loader<'_>,
            __name: &__npz::Name,
        ) -> __npz::bool {
            __npz::is_present::<Array2<f32>>(__loader, __name, &["weights"])
                || __npz::is_present::<u64>(__loader, __name, &["epoch"])
                || __npz::is_present::<String>(__loader, __name, &["type"])
        }
        fn donate(&mut self, __spares: &mut __npz::Spares) {
            <Array2<f32> as __npz::FromMembers>::donate(&mut self.weights, __spares);
            <u64 as __npz::FromMembers>::donate(&mut self.epoch, __spares);
            <String as __npz::FromMembers>::donate(&mut self.r#type, __spares);
        }
        fn assign(&mut self, __loaded: &mut Self) {
            <Array2<
                f32,
            > as __npz::FromMembers>::assign(&mut self.weights, &mut __loaded.weights);
            <u64 as __npz::FromMembers>::assign(&mut self.epoch, &mut __loaded.epoch);
            <String as __npz::FromMembers>::assign(
                &mut self.r#type,
                &mut __loaded.r#type,
            );
        }
    }
    #[automatically_derived]
    impl __npz::Npz for Dense {}
};
