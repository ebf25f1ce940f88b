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
                let mut __plan0 = __npz::Some(__plan0);
                let mut __plan1 = __plan1;
                let mut __plan2 = __npz::Some(__plan2);
                let mut __failed = __npz::None;
                let __value0 = __npz::finish(&mut __plan0, &mut __failed);
                let __value1 = __npz::finish_or_else(
                    &mut __plan1,
                    &mut __failed,
                    || <u64 as __npz::Default>::default(),
                );
                let __value2 = __npz::finish(&mut __plan2, &mut __failed);
                if let (
                    __npz::Some(__value0),
                    __npz::Some(__value1),
                    __npz::Some(__value2),
                ) = (__value0, __value1, __value2) {
                    __npz::Ok(Self {
                        weights: __value0,
                        epoch: __value1,
                        r#type: __value2,
                    })
                } else {
                    __npz::failed(__failed)
                }
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
        fn give_memory<__U>(&mut self, __spares: &mut __npz::Spares) {
            <Array2<
                f32,
            > as __npz::LoadField>::give_field::<__U>(&mut self.weights, __spares);
            <u64 as __npz::LoadField>::give_field::<__U>(&mut self.epoch, __spares);
            <String as __npz::LoadField>::give_field::<__U>(&mut self.r#type, __spares);
        }
        fn take_over<__U>(&mut self, __loaded: &mut Self) {
            <Array2<
                f32,
            > as __npz::LoadField>::replace_field::<
                __U,
            >(&mut self.weights, &mut __loaded.weights);
            <u64 as __npz::LoadField>::replace_field::<
                __U,
            >(&mut self.epoch, &mut __loaded.epoch);
            <String as __npz::LoadField>::replace_field::<
                __U,
            >(&mut self.r#type, &mut __loaded.r#type);
        }
    }
    #[automatically_derived]
    impl __npz::Npz for Dense {}
};
