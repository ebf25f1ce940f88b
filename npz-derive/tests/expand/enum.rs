#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl<T> __npz::ToMembers for Optimizer<T>
    where
        T: __npz::ToMembers,
        Vec<Array2<T>>: __npz::ToMembers,
        BTreeMap<String, ArrayD<T>>: __npz::ToMembers,
    {
        const NAMES: &'static __npz::Names = &__npz::Names::new(
            &["kind", "momentum", "0", "1", "learningRate"],
            &[<BTreeMap<String, ArrayD<T>> as __npz::ToMembers>::NAMES],
            __npz::None,
        );
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            const {
                __npz::check_flat(
                    "all_others",
                    <BTreeMap<String, ArrayD<T>> as __npz::ToMembers>::NAMES,
                    __npz::None,
                    &["kind", "learningRate"],
                    &[],
                )
            };
            __npz::validate(__name, self, Optimizer::check)?;
            match self {
                Self::Sgd { momentum: __field0, .. } => {
                    __npz::push_tag(__members, __name, "kind", "sgd")?;
                    __npz::push::<T>(__members, __name, "momentum", __field0)?;
                }
                Self::Adam { 0: __field0, 1: __field1, .. } => {
                    __npz::push_tag(__members, __name, "kind", "adam")?;
                    __npz::push::<Vec<Array2<T>>>(__members, __name, "0", __field0)?;
                    __npz::push_or_mark::<u64>(__members, __name, "1", __field1)?;
                }
                Self::NoOptimizer { .. } => {
                    __npz::push_tag(__members, __name, "kind", "no_optimizer")?;
                }
                Self::Other { all_others: __field0, learning_rate: __field1, .. } => {
                    __npz::push_tag(__members, __name, "kind", "other")?;
                    __npz::push_flat::<
                        BTreeMap<String, ArrayD<T>>,
                    >(__members, __name, &["kind", "learningRate"], __field0)?;
                    __npz::push::<f64>(__members, __name, "learningRate", __field1)?;
                }
            }
            __npz::Ok(())
        }
    }
    #[automatically_derived]
    impl<T> __npz::FromMembers for Optimizer<T>
    where
        T: __npz::FromMembers,
        Vec<Array2<T>>: __npz::FromMembers,
        BTreeMap<String, ArrayD<T>>: __npz::FromMembers,
    {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            let __plan: __npz::Plan<'__s, Self> = {
                __npz::plan_variants(
                    __loader,
                    __name,
                    "kind",
                    &[&["sgd", "SGD"], &["adam"], &["no_optimizer"], &["other"]],
                    |__loader, __variant| match __variant {
                        0usize => {
                            let __plan0 = <T as __npz::LoadField>::plan_field(
                                __loader,
                                __name,
                                &["momentum"],
                            );
                            __npz::Plan::new(move || {
                                let mut __failed = __npz::None;
                                let __value0 = __npz::finish(__plan0, &mut __failed);
                                if let (__npz::Some(__value0),) = (__value0,) {
                                    __npz::Ok(Self::Sgd {
                                        momentum: __value0,
                                        scratch: <Vec<f32> as __npz::Default>::default(),
                                    })
                                } else {
                                    __npz::failed(__failed)
                                }
                            })
                        }
                        1usize => {
                            let __plan0 = <Vec<
                                Array2<T>,
                            > as __npz::LoadField>::plan_field(__loader, __name, &["0"]);
                            let __plan1 = <u64 as __npz::LoadField>::plan_if_present(
                                __loader,
                                __name,
                                &["1"],
                            );
                            __npz::Plan::new(move || {
                                let mut __failed = __npz::None;
                                let __value0 = __npz::finish(__plan0, &mut __failed);
                                let __value1 = __npz::finish_or_else(
                                    __plan1,
                                    &mut __failed,
                                    || <u64 as __npz::Default>::default(),
                                );
                                if let (__npz::Some(__value0), __npz::Some(__value1)) = (
                                    __value0,
                                    __value1,
                                ) {
                                    __npz::Ok(Self::Adam {
                                        0: __value0,
                                        1: __value1,
                                    })
                                } else {
                                    __npz::failed(__failed)
                                }
                            })
                        }
                        2usize => {
                            __npz::Plan::new(move || { __npz::Ok(Self::NoOptimizer {}) })
                        }
                        3usize => {
                            let __plan1 = <f64 as __npz::LoadField>::plan_field(
                                __loader,
                                __name,
                                &["learningRate"],
                            );
                            let __plan0 = <BTreeMap<
                                String,
                                ArrayD<T>,
                            > as __npz::LoadField>::plan_field(__loader, __name, &[]);
                            __npz::Plan::new(move || {
                                let mut __failed = __npz::None;
                                let __value0 = __npz::finish(__plan0, &mut __failed);
                                let __value1 = __npz::finish(__plan1, &mut __failed);
                                if let (__npz::Some(__value0), __npz::Some(__value1)) = (
                                    __value0,
                                    __value1,
                                ) {
                                    __npz::Ok(Self::Other {
                                        all_others: __value0,
                                        learning_rate: __value1,
                                    })
                                } else {
                                    __npz::failed(__failed)
                                }
                            })
                        }
                        _ => __npz::refused(),
                    },
                )
            };
            __npz::plan_validated(__name, __plan, Optimizer::check)
        }
        fn note_shapes<__Used>(
            &self,
            __name: &__npz::Name,
            __shapes: &mut __npz::Shapes,
        ) {
            match self {
                Self::Sgd { momentum: __field0, .. } => {
                    <T as __npz::LoadField>::note::<
                        __Used,
                    >(__field0, __name, &["momentum"], __shapes)
                }
                _ => {}
            }
            match self {
                Self::Adam { 0: __field0, .. } => {
                    <Vec<
                        Array2<T>,
                    > as __npz::LoadField>::note::<
                        __Used,
                    >(__field0, __name, &["0"], __shapes)
                }
                _ => {}
            }
            match self {
                Self::Adam { 1: __field1, .. } => {
                    <u64 as __npz::LoadField>::note::<
                        __Used,
                    >(__field1, __name, &["1"], __shapes)
                }
                _ => {}
            }
            match self {
                Self::Other { all_others: __field0, .. } => {
                    <BTreeMap<
                        String,
                        ArrayD<T>,
                    > as __npz::LoadField>::note::<
                        __Used,
                    >(__field0, __name, &[], __shapes)
                }
                _ => {}
            }
            match self {
                Self::Other { learning_rate: __field1, .. } => {
                    <f64 as __npz::LoadField>::note::<
                        __Used,
                    >(__field1, __name, &["learningRate"], __shapes)
                }
                _ => {}
            }
        }
        fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
            __parts.swap_variants();
            <T as __npz::LoadField>::each(
                __parts,
                |__value| match __value {
                    Self::Sgd { momentum: __field0, .. } => __npz::Some(__field0),
                    _ => __npz::None,
                },
            );
            <Vec<
                Array2<T>,
            > as __npz::LoadField>::each(
                __parts,
                |__value| match __value {
                    Self::Adam { 0: __field0, .. } => __npz::Some(__field0),
                    _ => __npz::None,
                },
            );
            <u64 as __npz::LoadField>::each(
                __parts,
                |__value| match __value {
                    Self::Adam { 1: __field1, .. } => __npz::Some(__field1),
                    _ => __npz::None,
                },
            );
            <BTreeMap<
                String,
                ArrayD<T>,
            > as __npz::LoadField>::each(
                __parts,
                |__value| match __value {
                    Self::Other { all_others: __field0, .. } => __npz::Some(__field0),
                    _ => __npz::None,
                },
            );
            <f64 as __npz::LoadField>::each(
                __parts,
                |__value| match __value {
                    Self::Other { learning_rate: __field1, .. } => __npz::Some(__field1),
                    _ => __npz::None,
                },
            );
        }
    }
    #[automatically_derived]
    impl<T> __npz::Npz for Optimizer<T>
    where
        T: __npz::ToMembers,
        Vec<Array2<T>>: __npz::ToMembers,
        BTreeMap<String, ArrayD<T>>: __npz::ToMembers,
    {}
};
