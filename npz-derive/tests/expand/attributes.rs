#[doc(hidden)]
#[allow(deprecated)]
const _: () = {
    use crate::npz::__private as __npz;
    const _: () = __npz::check_flat(
        "other_members",
        <BTreeMap<String, ArrayD<f64>> as __npz::ToMembers>::NAMES,
        __npz::Some("/"),
        &["w", "weights", "kernel", "turnAngle"],
        &[],
    );
    #[automatically_derived]
    impl __npz::ToMembers for All {
        const NAMES: &'static __npz::Names = &__npz::Names::new(
            &["w", "turnAngle"],
            &[<BTreeMap<String, ArrayD<f64>> as __npz::ToMembers>::NAMES],
            __npz::Some("/"),
        );
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            let __name = &__name.with_separator("/");
            __npz::push::<
                Array2<f32>,
            >(__members, __name, __npz::Some("w"), &self.layer_weights)?;
            __npz::push_flat::<
                BTreeMap<String, ArrayD<f64>>,
            >(
                __members,
                __name,
                &["w", "weights", "kernel", "turnAngle"],
                &self.other_members,
            )?;
            __npz::push_owned_or_mark(
                __members,
                __name,
                __npz::Some("turnAngle"),
                &degrees::to_npz(&self.turn_angle),
            )?;
            __npz::Ok(())
        }
        fn inner_separator(_: &'static __npz::str) -> &'static __npz::str {
            "/"
        }
    }
    #[automatically_derived]
    impl __npz::FromMembers for All {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            let __name = &__name.with_separator("/");
            __loader.allow_unknown(__name);
            let __plan0 = <Array2<
                f32,
            > as __npz::LoadField>::plan_field(
                __loader,
                __name,
                &["w", "weights", "kernel"],
                __npz::Some(__npz::Cast::SameKind),
            );
            let __plan2 = __npz::plan_with_if_present::<
                _,
                Angle,
                _,
            >(__loader, __name, &["turnAngle"], __npz::None, degrees::from_npz);
            let __plan1 = <BTreeMap<
                String,
                ArrayD<f64>,
            > as __npz::LoadField>::plan_field(__loader, __name, &[], __npz::None);
            __npz::Plan::new(move || {
                let mut __plan0 = __npz::Some(__plan0);
                let mut __plan1 = __npz::Some(__plan1);
                let mut __plan2 = __plan2;
                let mut __failed = __npz::None;
                let __value0 = __npz::finish(&mut __plan0, &mut __failed);
                let __value1 = __npz::finish(&mut __plan1, &mut __failed);
                let __value2 = __npz::finish_or_else(
                    &mut __plan2,
                    &mut __failed,
                    || {
                        let __default: Angle = Angle::zero();
                        __default
                    },
                );
                if let (
                    __npz::Some(__value0),
                    __npz::Some(__value1),
                    __npz::Some(__value2),
                ) = (__value0, __value1, __value2) {
                    __npz::Ok(Self {
                        layer_weights: __value0,
                        other_members: __value1,
                        turn_angle: __value2,
                        scratch: <Vec<u8> as __npz::Default>::default(),
                        started: {
                            let __default: Instant = Instant::now();
                            __default
                        },
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
            let __name = &__name.with_separator("/");
            <Array2<
                f32,
            > as __npz::LoadField>::is_field_present(
                __loader,
                __name,
                &["w", "weights", "kernel"],
            )
                || <BTreeMap<
                    String,
                    ArrayD<f64>,
                > as __npz::LoadField>::is_field_present(__loader, __name, &[])
                || __npz::is_present_with::<
                    _,
                    Angle,
                    _,
                >(__loader, __name, &["turnAngle"], degrees::from_npz)
        }
        fn inner_separator(_: &'static __npz::str) -> &'static __npz::str {
            "/"
        }
        fn give_memory<__U>(&mut self, __spares: &mut __npz::Spares) {
            <Array2<
                f32,
            > as __npz::LoadField>::give_field::<__U>(&mut self.layer_weights, __spares);
            <BTreeMap<
                String,
                ArrayD<f64>,
            > as __npz::LoadField>::give_field::<__U>(&mut self.other_members, __spares);
        }
        fn take_over<__U>(&mut self, __loaded: &mut Self) {
            <Array2<
                f32,
            > as __npz::LoadField>::replace_field::<
                __U,
            >(&mut self.layer_weights, &mut __loaded.layer_weights);
            <BTreeMap<
                String,
                ArrayD<f64>,
            > as __npz::LoadField>::replace_field::<
                __U,
            >(&mut self.other_members, &mut __loaded.other_members);
            __npz::swap(&mut self.turn_angle, &mut __loaded.turn_angle);
        }
    }
    #[automatically_derived]
    impl __npz::Npz for All {}
};
