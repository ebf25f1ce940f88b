#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl<C> __npz::ToMembers for Run<C>
    where
        C: __npz::Json,
    {
        const NAMES: &'static __npz::Names = &__npz::Names::new(
            &["saved_at", "angle", "history", "config"],
            &[],
            __npz::None,
        );
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::validate(__name, self, Run::check)?;
            __npz::push_or_mark::<u64>(__members, __name, "saved_at", &self.saved_at)?;
            __npz::push_owned(
                __members,
                __name,
                "angle",
                &degrees::to_npz(&self.angle),
            )?;
            if !Vec::is_empty(&self.history) {
                __npz::push_or_mark::<
                    Vec<f64>,
                >(__members, __name, "history", &self.history)?;
            }
            __npz::push_owned_or_mark(
                __members,
                __name,
                "config",
                &__npz::to_json::<C>(&__name.join("config"), &self.config)?,
            )?;
            __npz::Ok(())
        }
    }
    #[automatically_derived]
    impl<C> __npz::FromMembers for Run<C>
    where
        C: __npz::Json,
        C: __npz::Default,
    {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            let __plan: __npz::Plan<'__s, Self> = {
                let __plan0 = <Vec<
                    f32,
                > as __npz::LoadField>::plan_if_present(__loader, __name, &["cache"]);
                __npz::pass_over::<u64>(__loader, __name, &["saved_at"]);
                __npz::pass_over_converted(__loader, __name, &["angle"]);
                let __plan3 = <Vec<
                    f64,
                > as __npz::LoadField>::plan_if_present(__loader, __name, &["history"]);
                let __plan4 = __npz::plan_with_if_present::<
                    _,
                    C,
                    _,
                >(__loader, __name, &["config"], __npz::from_json::<C>);
                __npz::Plan::new(move || {
                    let mut __failed = __npz::None;
                    let __value0 = __npz::finish_or_else(
                        __plan0,
                        &mut __failed,
                        || <Vec<f32> as __npz::Default>::default(),
                    );
                    let __value3 = __npz::finish_or_else(
                        __plan3,
                        &mut __failed,
                        || <Vec<f64> as __npz::Default>::default(),
                    );
                    let __value4 = __npz::finish_or_else(
                        __plan4,
                        &mut __failed,
                        || <C as __npz::Default>::default(),
                    );
                    if let (
                        __npz::Some(__value0),
                        __npz::Some(__value3),
                        __npz::Some(__value4),
                    ) = (__value0, __value3, __value4) {
                        __npz::Ok(Self {
                            cache: __value0,
                            saved_at: {
                                let __default: u64 = now();
                                __default
                            },
                            angle: <Angle as __npz::Default>::default(),
                            history: __value3,
                            config: __value4,
                        })
                    } else {
                        __npz::failed(__failed)
                    }
                })
            };
            __npz::plan_validated(__name, __plan, Run::check)
        }
        fn note_shapes<__Used>(
            &self,
            __name: &__npz::Name,
            __shapes: &mut __npz::Shapes,
        ) {
            <Vec<
                f32,
            > as __npz::LoadField>::note::<
                __Used,
            >(&self.cache, __name, &["cache"], __shapes);
            <Vec<
                f64,
            > as __npz::LoadField>::note::<
                __Used,
            >(&self.history, __name, &["history"], __shapes);
        }
        fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
            <Vec<
                f32,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.cache),
            );
            <Vec<
                f64,
            > as __npz::LoadField>::each(
                __parts,
                |__value| __npz::Some(&mut __value.history),
            );
            __parts.swap(|__value| __npz::Some(&mut __value.config));
        }
    }
    #[automatically_derived]
    impl<C> __npz::Npz for Run<C>
    where
        C: __npz::Json,
    {}
};
