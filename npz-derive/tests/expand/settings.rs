#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    const _: () = __npz::check_each("heads", <Vec<Layer> as __npz::ToMembers>::NAMES);
    const _: () = __npz::check_each(
        "tails",
        <BTreeMap<u32, Layer> as __npz::ToMembers>::NAMES,
    );
    #[automatically_derived]
    impl __npz::ToMembers for Settings {
        const NAMES: &'static __npz::Names = &__npz::Names::new(
            &["weights", "layers", "mask", "rate", "head_", "tail_"],
            &[],
            __npz::None,
        );
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::save_under(
                __members,
                __npz::SaveSettings {
                    compression: __npz::Some(__npz::Compression::Deflate(9u32)),
                    shape: __npz::Some(&[__npz::None, __npz::Some(128usize)]),
                    order: __npz::Some(__npz::Some(__npz::Order::Fortran)),
                    finite: true,
                    ..__npz::Default::default()
                },
                |__members| {
                    __npz::push_or_mark::<
                        Array2<f32>,
                    >(__members, __name, "weights", &self.weights)?;
                    __npz::Ok(())
                },
            )?;
            __npz::save_under(
                __members,
                __npz::SaveSettings {
                    forms: __npz::Forms::new(
                        __npz::Some(__npz::store_as::BF16),
                        __npz::Some(__npz::TextForm::Utf8),
                    ),
                    ..__npz::Default::default()
                },
                |__members| {
                    __npz::push::<
                        Vec<Layer>,
                    >(__members, __name, "layers", &self.layers)?;
                    __npz::Ok(())
                },
            )?;
            __npz::save_under(
                __members,
                __npz::SaveSettings {
                    compression: __npz::Some(__npz::Compression::Stored),
                    ..__npz::Default::default()
                },
                |__members| {
                    __npz::push::<Vec<bool>>(__members, __name, "mask", &self.mask)?;
                    __npz::Ok(())
                },
            )?;
            __npz::push::<f64>(__members, __name, "rate", &self.rate)?;
            __npz::save_under(
                __members,
                __npz::SaveSettings {
                    finite: true,
                    ..__npz::Default::default()
                },
                |__members| {
                    {
                        let __name = &__npz::each(__name);
                        __npz::push::<
                            Vec<Layer>,
                        >(__members, __name, "head_", &self.heads)?;
                    }
                    __npz::Ok(())
                },
            )?;
            {
                let __name = &__npz::each(__name);
                __npz::push_or_mark::<
                    BTreeMap<u32, Layer>,
                >(__members, __name, "tail_", &self.tails)?;
            }
            __npz::Ok(())
        }
    }
    #[automatically_derived]
    impl __npz::FromMembers for Settings {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            let __plan0 = __npz::load_under(
                __loader,
                __npz::LoadSettings {
                    shape: __npz::Some(&[__npz::None, __npz::Some(128usize)]),
                    order: __npz::Some(__npz::Some(__npz::Order::Fortran)),
                    finite: true,
                    ..__npz::Default::default()
                },
                |__loader| <Array2<
                    f32,
                > as __npz::LoadField>::plan_if_present(__loader, __name, &["weights"]),
            );
            let __plan1 = __npz::load_under(
                __loader,
                __npz::LoadSettings {
                    forms: __npz::Forms::new(
                        __npz::Some(__npz::store_as::BF16),
                        __npz::Some(__npz::TextForm::Utf8),
                    ),
                    ..__npz::Default::default()
                },
                |__loader| <Vec<
                    Layer,
                > as __npz::LoadField>::plan_field(__loader, __name, &["layers"]),
            );
            let __plan2 = <Vec<
                bool,
            > as __npz::LoadField>::plan_field(__loader, __name, &["mask"]);
            let __plan3 = __npz::load_under(
                __loader,
                __npz::LoadSettings {
                    one_element: true,
                    ..__npz::Default::default()
                },
                |__loader| <f64 as __npz::LoadField>::plan_field(
                    __loader,
                    __name,
                    &["rate"],
                ),
            );
            let __plan4 = __npz::load_under(
                __loader,
                __npz::LoadSettings {
                    finite: true,
                    ..__npz::Default::default()
                },
                |__loader| {
                    let __name = &__npz::each(__name);
                    <Vec<
                        Layer,
                    > as __npz::LoadField>::plan_field(__loader, __name, &["head_"])
                },
            );
            let __plan5 = {
                let __name = &__npz::each(__name);
                <BTreeMap<
                    u32,
                    Layer,
                > as __npz::LoadField>::plan_if_present(__loader, __name, &["tail_"])
            };
            __npz::Plan::new(move || {
                let mut __failed = __npz::None;
                let __value0 = __npz::finish_or_else(
                    __plan0,
                    &mut __failed,
                    || <Array2<f32> as __npz::Default>::default(),
                );
                let __value1 = __npz::finish(__plan1, &mut __failed);
                let __value2 = __npz::finish(__plan2, &mut __failed);
                let __value3 = __npz::finish(__plan3, &mut __failed);
                let __value4 = __npz::finish(__plan4, &mut __failed);
                let __value5 = __npz::finish_or_else(
                    __plan5,
                    &mut __failed,
                    || <BTreeMap<u32, Layer> as __npz::Default>::default(),
                );
                if let (
                    __npz::Some(__value0),
                    __npz::Some(__value1),
                    __npz::Some(__value2),
                    __npz::Some(__value3),
                    __npz::Some(__value4),
                    __npz::Some(__value5),
                ) = (__value0, __value1, __value2, __value3, __value4, __value5) {
                    __npz::Ok(Self {
                        weights: __value0,
                        layers: __value1,
                        mask: __value2,
                        rate: __value3,
                        heads: __value4,
                        tails: __value5,
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
            <Vec<
                Layer,
            > as __npz::LoadField>::note::<
                __Used,
            >(&self.layers, __name, &["layers"], __shapes);
            <Vec<
                bool,
            > as __npz::LoadField>::note::<
                __Used,
            >(&self.mask, __name, &["mask"], __shapes);
            <f64 as __npz::LoadField>::note::<
                __Used,
            >(&self.rate, __name, &["rate"], __shapes);
            <Vec<
                Layer,
            > as __npz::LoadField>::note::<
                __Used,
            >(&self.heads, __name, &["head_"], __shapes);
            <BTreeMap<
                u32,
                Layer,
            > as __npz::LoadField>::note::<
                __Used,
            >(&self.tails, __name, &["tail_"], __shapes);
        }
        fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
            <Array2<
                f32,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.weights),
            );
            <Vec<
                Layer,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.layers),
            );
            <Vec<
                bool,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.mask),
            );
            <f64 as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.rate),
            );
            <Vec<
                Layer,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.heads),
            );
            <BTreeMap<
                u32,
                Layer,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.tails),
            );
        }
    }
    #[automatically_derived]
    impl __npz::Npz for Settings {}
};
