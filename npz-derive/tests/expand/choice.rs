#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl __npz::Choice for Activation {
        const TAGS: &'static [&'static [&'static __npz::str]] = &[
            &["relu"],
            &["tanh", "Tanh"],
        ];
        fn index(&self) -> __npz::usize {
            match self {
                Self::Relu { .. } => 0usize,
                Self::Tanh { .. } => 1usize,
            }
        }
        fn from_index(__index: __npz::usize) -> __npz::Option<Self> {
            match __index {
                0usize => __npz::Some(Self::Relu {}),
                1usize => __npz::Some(Self::Tanh {}),
                _ => __npz::None,
            }
        }
    }
    #[automatically_derived]
    impl __npz::ToMembers for Activation {
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::push_choice(self, __members, __name)
        }
        fn refs_to_members<'__a>(
            __items: &[&'__a Self],
            __shape: &[__npz::usize],
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::push_choices(__items, __shape, __members, __name)
        }
    }
    #[automatically_derived]
    impl __npz::FromMembers for Activation {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            __npz::plan_choice(__loader, __name)
        }
        fn plan_many<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
            __dims: &[__npz::Option<__npz::usize>],
        ) -> __npz::Plan<'__s, __npz::Vec<Self>>
        where
            Self: '__s,
        {
            __npz::plan_choices(__loader, __name, __dims)
        }
        fn is_single() -> __npz::bool {
            true
        }
        fn are_single() -> __npz::bool {
            true
        }
    }
};
