#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl __npz::ToMembers for Settings {
        const NAMES: &'static __npz::Names = &__npz::Names::new(
            &["weights", "mask"],
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
                    order: __npz::Some(__npz::Some(__npz::Order::Fortran)),
                    finite: true,
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
                    compression: __npz::Some(__npz::Compression::Stored),
                    order: __npz::None,
                    finite: false,
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
            let __plan1 = <Vec<
                bool,
            > as __npz::LoadField>::plan_field(__loader, __name, &["mask"], __npz::None);
            __npz::Plan::new(move || {
                __npz::Ok(Self {
                    weights: match __plan0 {
                        __npz::Some(__plan) => __plan.finish()?,
                        __npz::None => <Array2<f32> as __npz::Default>::default(),
                    },
                    mask: __plan1.finish()?,
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
                || <Vec<
                    bool,
                > as __npz::LoadField>::is_field_present(__loader, __name, &["mask"])
        }
    }
    #[automatically_derived]
    impl __npz::Npz for Settings {}
};
