//! Taking members: each belongs to the first who asks for it, and what nobody takes is unexpected.

use std::sync::Arc;

use crate::dtype::DTypeKind;
use crate::element::Wanted;
use crate::error::ErrorKind;
use crate::header::Header;
use crate::members::load::loader::problems::describe;
use crate::members::load::one::object_hint_at;
use crate::members::load::python_none::is_none;
use crate::members::load::view::View;
use crate::members::{Loader, Medium, Name};
use crate::report::{Problem, ProblemKind, Remark, RemarkKind};
use crate::stored::Stored;

impl<'s> Loader<'s> {
    /// Looks a member up, takes it, and reads its header; `None` if a problem was noted.
    ///
    /// What is expected is asked for where there is a problem only.
    pub(crate) fn take_array(
        &mut self,
        name: &Name,
        expected: &dyn Fn() -> String,
        wanted: &dyn Fn() -> Wanted,
    ) -> Option<Arc<dyn Stored + 's>> {
        // Of a source that is down, nothing more is asked.
        if self.fault.is_some() {
            return None;
        }
        let Some(member) = self.member_at(name) else {
            // The hint is added by `settle`, when it is known which members nobody else wants.
            self.note(ProblemKind::Missing, name, expected(), String::new(), String::new());
            return None;
        };
        self.claims.take(member, name.as_str());
        let array = match self.view().array(member) {
            Ok(Some(array)) => array,
            Ok(None) => {
                let hint =
                    "it is not an .npy array; read it with `NpzReader::bytes`, or have it passed over by \
                            `LoadOptions::allow_unknown(true)`"
                        .to_owned();
                self.note(ProblemKind::Unreadable, name, expected(), "other bytes".to_owned(), hint);
                return None;
            }
            Err(error) => {
                self.refuse(name, expected(), error);
                return None;
            }
        };
        self.claims.take_array(&array);
        let header = array.header();
        if header.dtype().has_object() {
            let hint = if is_none(&*array) {
                "it is Python's `None`: an `Option`, or `#[npz(default)]` on the field, takes it for absent"
                    .to_owned()
            } else {
                object_hint_at(name.as_str(), &wanted())
            };
            self.report.push(Problem {
                kind: ProblemKind::Unreadable,
                member: name.as_str().to_owned(),
                field: String::new(),
                expected: expected(),
                found: header.to_string(),
                hint,
                cause: ErrorKind::Unsupported,
            });
            return None;
        }
        Some(array)
    }

    /// The header of a member that nobody has taken yet; `None` for whatever is no array.
    pub(crate) fn peek_header(&self, name: &Name) -> Option<Header> {
        let member = self.member_at(name)?;
        self.view().array(member).ok().flatten().map(|array| array.header().clone())
    }

    /// Takes the mark of a value without members: a `true` of no axes. `None` if there is none.
    pub(crate) fn take_mark(&mut self, name: &Name) -> Option<()> {
        let member = self.member_at(name)?;
        let array = self.view().array(member).ok().flatten()?;
        let header = array.header();
        let is_mark = header.shape().is_empty() && header.dtype().kind() == DTypeKind::Bool;
        is_mark.then(|| {
            self.claims.take(member, name.as_str());
            self.claims.take_array(&array);
        })
    }

    /// Takes a member that is Python's `None`, which counts as absent; `false` if it is anything else.
    pub(crate) fn take_none(&mut self, name: &Name) -> bool {
        let Some(member) = self.member_at(name).filter(|_| !self.is_void(name)) else { return false };
        let array = self.view().array(member).ok().flatten().filter(|array| is_none(&**array));
        array.is_some_and(|array| {
            self.claims.take(member, name.as_str());
            self.claims.take_array(&array);
            true
        })
    }

    /// Takes a member that stands where others were wanted, and describes it.
    pub(crate) fn take_misplaced(&mut self, name: &Name) -> Option<String> {
        let member = self.member_at(name)?;
        self.claims.take(member, name.as_str());
        Some(describe(self.view(), member))
    }

    /// Takes whatever stands at a place and below it, unread.
    pub(crate) fn take_all(&mut self, name: &Name) {
        let view = View { medium: self.medium, changes: &self.changes };
        let own = view.find(name.as_str()).filter(|_| !name.is_root()).map(|member| (name.as_str(), member));
        for (key, member) in own.into_iter().chain(view.keys(&name.prefix())) {
            if self.claims.take(member, key) {
                let text = "its field is never loaded".to_owned();
                self.report.remark(Remark { kind: RemarkKind::Ignored, member: key.to_owned(), text });
            }
        }
    }
}
