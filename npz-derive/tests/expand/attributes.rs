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
            __npz::push::<Array2<f32>>(__members, __name, "w", &self.layer_weights)?;
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
                "turnAngle",
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
            let __plan0 = __loader
                .with_cast(
                    __npz::Cast::SameKind,
                    |__loader| <Array2<
                        f32,
                    > as __npz::LoadField>::plan_field(
                        __loader,
                        __name,
                        &["w", "weights", "kernel"],
                    ),
                );
            let __plan2 = __npz::plan_with_if_present::<
                _,
                Angle,
                _,
            >(__loader, __name, &["turnAngle"], degrees::from_npz);
            let __plan1 = <BTreeMap<
                String,
                ArrayD<f64>,
            > as __npz::LoadField>::plan_field(__loader, __name, &[]);
            __npz::Plan::new(move || {
                let mut __failed = __npz::None;
                let __value0 = __npz::finish(__plan0, &mut __failed);
                let __value1 = __npz::finish(__plan1, &mut __failed);
                let __value2 = __npz::finish_or_else(
                    __plan2,
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
            >(&self.layer_weights, __name, &["w", "weights", "kernel"], __shapes);
            <BTreeMap<
                String,
                ArrayD<f64>,
            > as __npz::LoadField>::note::<
                __Used,
            >(&self.other_members, __name, &[], __shapes);
        }
        fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
            <Array2<
                f32,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.layer_weights),
            );
            <BTreeMap<
                String,
                ArrayD<f64>,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.other_members),
            );
            __parts.swap(|__value| __npz::Some(&mut __value.turn_angle));
        }
    }
    #[automatically_derived]
    impl __npz::Npz for All {}
};
