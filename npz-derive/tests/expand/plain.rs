#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl __npz::ToMembers for Dense {
        const NAMES: &'static __npz::Names = &__npz::Names::new(
            &["weights", "epoch", "type"],
            &[],
            __npz::None,
        );
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
            let __plan0 = <Array2<
                f32,
            > as __npz::LoadField>::plan_field(
                __loader,
                __name,
                &["weights"],
                __npz::None,
            );
            let __plan1 = <u64 as __npz::LoadField>::plan_if_present(
                __loader,
                __name,
                &["epoch"],
                __npz::None,
            );
            let __plan2 = <String as __npz::LoadField>::plan_field(
                __loader,
                __name,
                &["type"],
                __npz::None,
            );
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
            <Array2<
                f32,
            > as __npz::LoadField>::is_field_present(__loader, __name, &["weights"])
                || <u64 as __npz::LoadField>::is_field_present(
                    __loader,
                    __name,
                    &["epoch"],
                )
                || <String as __npz::LoadField>::is_field_present(
                    __loader,
                    __name,
                    &["type"],
                )
        }
    }
    #[automatically_derived]
    impl __npz::Npz for Dense {}
};
