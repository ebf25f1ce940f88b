#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl __npz::ToMembers for Settings {
        const NAMES: &'static __npz::Names = &__npz::Names::new(
            &["weights", "layers", "mask"],
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
                    forms: __npz::Forms::new(__npz::None, __npz::None),
                },
                |__members| {
                    __npz::push_or_mark::<
                        Array2<f32>,
                    >(__members, __name, __npz::Some("weights"), &self.weights)?;
                    __npz::Ok(())
                },
            )?;
            __npz::save_under(
                __members,
                __npz::SaveSettings {
                    compression: __npz::None,
                    shape: __npz::None,
                    order: __npz::None,
                    finite: false,
                    forms: __npz::Forms::new(
                        __npz::Some(__npz::store_as::BF16),
                        __npz::Some(__npz::TextForm::Utf8),
                    ),
                },
                |__members| {
                    __npz::push::<
                        Vec<Layer>,
                    >(__members, __name, __npz::Some("layers"), &self.layers)?;
                    __npz::Ok(())
                },
            )?;
            __npz::save_under(
                __members,
                __npz::SaveSettings {
                    compression: __npz::Some(__npz::Compression::Stored),
                    shape: __npz::None,
                    order: __npz::None,
                    finite: false,
                    forms: __npz::Forms::new(__npz::None, __npz::None),
                },
                |__members| {
                    __npz::push::<
                        Vec<bool>,
                    >(__members, __name, __npz::Some("mask"), &self.mask)?;
                    __npz::Ok(())
                },
            )?;
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
                    forms: __npz::Forms::new(__npz::None, __npz::None),
                },
                |__loader| <Array2<
                    f32,
                > as __npz::LoadField>::plan_if_present(
                    __loader,
                    __name,
                    &["weights"],
                    __npz::None,
                ),
            );
            let __plan1 = __npz::load_under(
                __loader,
                __npz::LoadSettings {
                    shape: __npz::None,
                    order: __npz::None,
                    finite: false,
                    forms: __npz::Forms::new(
                        __npz::Some(__npz::store_as::BF16),
                        __npz::Some(__npz::TextForm::Utf8),
                    ),
                },
                |__loader| <Vec<
                    Layer,
                > as __npz::LoadField>::plan_field(
                    __loader,
                    __name,
                    &["layers"],
                    __npz::None,
                ),
            );
            let __plan2 = <Vec<
                bool,
            > as __npz::LoadField>::plan_field(__loader, __name, &["mask"], __npz::None);
            __npz::Plan::new(move || {
                let mut __plan0 = __plan0;
                let mut __plan1 = __npz::Some(__plan1);
                let mut __plan2 = __npz::Some(__plan2);
                let mut __failed = __npz::None;
                let __value0 = __npz::finish_or_else(
                    &mut __plan0,
                    &mut __failed,
                    || <Array2<f32> as __npz::Default>::default(),
                );
                let __value1 = __npz::finish(&mut __plan1, &mut __failed);
                let __value2 = __npz::finish(&mut __plan2, &mut __failed);
                if let (
                    __npz::Some(__value0),
                    __npz::Some(__value1),
                    __npz::Some(__value2),
                ) = (__value0, __value1, __value2) {
                    __npz::Ok(Self {
                        weights: __value0,
                        layers: __value1,
                        mask: __value2,
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
                || <Vec<
                    Layer,
                > as __npz::LoadField>::is_field_present(__loader, __name, &["layers"])
                || <Vec<
                    bool,
                > as __npz::LoadField>::is_field_present(__loader, __name, &["mask"])
        }
        fn give_memory<__U>(&mut self, __spares: &mut __npz::Spares) {
            <Array2<
                f32,
            > as __npz::LoadField>::give_field::<__U>(&mut self.weights, __spares);
            <Vec<
                Layer,
            > as __npz::LoadField>::give_field::<__U>(&mut self.layers, __spares);
            <Vec<bool> as __npz::LoadField>::give_field::<__U>(&mut self.mask, __spares);
        }
        fn take_over<__U>(&mut self, __loaded: &mut Self) {
            <Array2<
                f32,
            > as __npz::LoadField>::replace_field::<
                __U,
            >(&mut self.weights, &mut __loaded.weights);
            <Vec<
                Layer,
            > as __npz::LoadField>::replace_field::<
                __U,
            >(&mut self.layers, &mut __loaded.layers);
            <Vec<
                bool,
            > as __npz::LoadField>::replace_field::<
                __U,
            >(&mut self.mask, &mut __loaded.mask);
        }
    }
    #[automatically_derived]
    impl __npz::Npz for Settings {}
};
