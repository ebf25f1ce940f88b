#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl __npz::ToMembers for Settings {
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::save_under(
                __members,
                __npz::SaveSettings {
                    compression: __npz::Some(__npz::Compression::Deflate(9u32)),
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
                |__loader| __npz::plan_if_present::<
                    Array2<f32>,
                >(__loader, __name, &["weights"], __npz::None),
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
                |__loader| __npz::plan::<
                    Vec<Layer>,
                >(__loader, __name, &["layers"], __npz::None),
            );
            let __plan2 = __npz::plan::<
                Vec<bool>,
            >(__loader, __name, &["mask"], __npz::None);
            __npz::Plan::new(move || {
                __npz::Ok(Self {
                    weights: match __plan0 {
                        __npz::Some(__plan) => __plan.finish()?,
                        __npz::None => <Array2<f32> as __npz::Default>::default(),
                    },
                    layers: __plan1.finish()?,
                    mask: __plan2.finish()?,
                })
            })
        }
        fn is_present(
            __loader: &__npz::Loader<'_>,
            __name: &__npz::Name,
        ) -> __npz::bool {
            __npz::is_present::<Array2<f32>>(__loader, __name, &["weights"])
                || __npz::is_present::<Vec<Layer>>(__loader, __name, &["layers"])
                || __npz::is_present::<Vec<bool>>(__loader, __name, &["mask"])
        }
        fn donate(&mut self, __spares: &mut __npz::Spares) {
            <Array2<f32> as __npz::FromMembers>::donate(&mut self.weights, __spares);
            <Vec<bool> as __npz::FromMembers>::donate(&mut self.mask, __spares);
        }
        fn assign(&mut self, __loaded: &mut Self) {
            <Array2<
                f32,
            > as __npz::FromMembers>::assign(&mut self.weights, &mut __loaded.weights);
            <Vec<
                bool,
            > as __npz::FromMembers>::assign(&mut self.mask, &mut __loaded.mask);
        }
    }
    #[automatically_derived]
    impl __npz::Npz for Settings {}
};
