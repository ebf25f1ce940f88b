::core::compile_error! {
    "unknown word `renameall` in `#[npz(..)]`; did you mean `rename_all`?"
}
#[doc(hidden)]
const _: () = {
    use ::npz_core::__private as __npz;
    #[automatically_derived]
    impl<T: ?Sized> __npz::ToMembers for Wrong<T> {
        fn to_members<'__a>(
            &'__a self,
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            __npz::Ok(())
        }
    }
    #[automatically_derived]
    impl<T: ?Sized> __npz::FromMembers for Wrong<T> {
        fn plan<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
        ) -> __npz::Plan<'__s, Self>
        where
            Self: '__s,
        {
            loop {}
        }
    }
    #[automatically_derived]
    impl<T: ?Sized> __npz::Npz for Wrong<T> {}
};
