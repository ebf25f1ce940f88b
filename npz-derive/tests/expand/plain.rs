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
            __npz::push::<Array2<f32>>(__members, __name, "weights", &self.weights)?;
            __npz::push_or_mark::<u64>(__members, __name, "epoch", &self.epoch)?;
            __npz::push::<String>(__members, __name, "type", &self.r#type)?;
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
            > as __npz::LoadField>::plan_field(__loader, __name, &["weights"]);
            let __plan1 = <u64 as __npz::LoadField>::plan_if_present(
                __loader,
                __name,
                &["epoch"],
            );
            let __plan2 = <String as __npz::LoadField>::plan_field(
                __loader,
                __name,
                &["type"],
            );
            __npz::Plan::new(move || {
                let mut __failed = __npz::None;
                let __value0 = __npz::finish(__plan0, &mut __failed);
                let __value1 = __npz::finish_or_else(
                    __plan1,
                    &mut __failed,
                    || <u64 as __npz::Default>::default(),
                );
                let __value2 = __npz::finish(__plan2, &mut __failed);
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
        fn note_shapes<__Used>(
            &self,
            __name: &__npz::Name,
            __shapes: &mut __npz::Shapes,
        ) {
            <Array2<
                f32,
            > as __npz::LoadField>::note::<
                __Used,
            >(&self.weights, __name, &["weights"], __shapes);
            <u64 as __npz::LoadField>::note::<
                __Used,
            >(&self.epoch, __name, &["epoch"], __shapes);
            <String as __npz::LoadField>::note::<
                __Used,
            >(&self.r#type, __name, &["type"], __shapes);
        }
        fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
            <Array2<
                f32,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.weights),
            );
            <u64 as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.epoch),
            );
            <String as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.r#type),
            );
        }
    }
    #[automatically_derived]
    impl __npz::Npz for Dense {}
};
