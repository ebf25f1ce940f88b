//! What a load that goes well has to tell.

use std::fmt;

/// What was done to a member that a caller may want to know of, in a load that goes well.
///
/// Prints as one line.
///
/// ```
/// use npz_core::{LoadOptions, Npz, RemarkKind};
///
/// #[derive(Npz)]
/// struct Old { rate: f32, beta: f32 }
/// #[derive(Npz)]
/// struct New { rate: f64, #[npz(default)] step: u64 }
///
/// let path = std::env::temp_dir().join("npz-core-doc-remark.npz");
/// Old { rate: 0.5, beta: 0.9 }.save(&path)?;
/// let options = LoadOptions::new().allow_unknown(true);
/// let (state, report) = options.open(&path)?.load_with_report::<New>()?;
/// assert_eq!((state.rate, state.step), (0.5, 0));
/// let remarks: Vec<_> = report.remarks().iter().map(|r| (&*r.member, r.kind)).collect();
/// let expected = [("rate", RemarkKind::Cast), ("step", RemarkKind::Defaulted), ("beta", RemarkKind::Ignored)];
/// assert_eq!(remarks, expected);
/// assert_eq!(report.remarks()[0].to_string(), r#"member "rate": <f4 was cast to <f8 (f64)"#);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remark {
    /// What was done.
    pub kind: RemarkKind,
    /// The member's name, as `np.load` would say it.
    pub member: String,
    /// The same in words.
    pub text: String,
}

/// What was done to a member; [`Remark`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RemarkKind {
    /// The archive has it, but nobody wants it: `allow_unknown`, or `skip_load`.
    Ignored,
    /// Its cells were converted to those of the field. A change of the byte order is none.
    Cast,
    /// The archive does not have it, and the field's default was taken.
    Defaulted,
    /// The member was found under this name, which is an `alias` of its field's.
    Aliased,
    /// A struct of an older version was migrated; the member is that of the version.
    Migrated,
    /// A struct of an older version was loaded as it is, since it has no `migrate`.
    Outdated,
}

impl RemarkKind {
    /// Whether a member of the file is remarked on, which bounds how many there can be.
    pub(super) fn is_of_a_member(self) -> bool {
        matches!(self, Self::Ignored | Self::Cast | Self::Aliased)
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "member {:?}: {}", self.member, self.text)
    }
}
