//! What a load notes: the differences that refuse it, and the remarks that do not.

use crate::error::{Error, ErrorKind, Result};
use crate::header::Header;
use crate::members::load::view::View;
use crate::members::shapes::elements;
use crate::members::{Loader, Medium, Name};
use crate::report::{Problem, ProblemKind, Remark, RemarkKind, Report, SHOWN};

const UNEXPECTED_HINT: &str =
    "`#[npz(allow_unknown)]` on the struct, or `LoadOptions::allow_unknown(true)`, ignores it";

impl Loader<'_> {
    /// Notes a difference between a member and what is wanted of it.
    pub(crate) fn note(
        &mut self,
        kind: ProblemKind,
        name: &Name,
        expected: String,
        found: String,
        hint: String,
    ) {
        let cause = ErrorKind::Mismatch;
        let wants_hint = kind == ProblemKind::Missing && hint.is_empty();
        let (member, field) = (name.as_str().to_owned(), String::new());
        let kept = self.report.push(Problem { kind, member, field, expected, found, hint, cause });
        if let Some(index) = kept.filter(|_| wants_hint) {
            self.parents.push((index, name.parent_len()));
        }
    }

    /// Whether an array has the shape of the one that it is loaded over; notes a problem if not.
    pub(crate) fn keeps_shape(&mut self, name: &Name, header: &Header) -> bool {
        let misfit = self.shapes.misfit(name, header.shape());
        self.note_resized(name, misfit.as_deref(), || header.to_string())
    }

    /// Notes a problem if a list, which is no array, has another length than the one that it is loaded over.
    pub(crate) fn note_len(&mut self, name: &Name, len: usize) {
        let misfit = self.shapes.misfit_of_list(name, len);
        self.note_resized(name, misfit.as_deref(), || elements(len));
    }

    fn note_resized(&mut self, name: &Name, misfit: Option<&str>, found: impl Fn() -> String) -> bool {
        if let Some(kept) = misfit {
            let expected = format!("{kept}, as in the value that is loaded over");
            let hint = "`LoadOptions::allow_resize(true)` lets the value become as in the file".to_owned();
            self.note(ProblemKind::Shape, name, expected, found(), hint);
        }
        misfit.is_none()
    }

    /// Notes that a member can't be read.
    pub(crate) fn refuse(&mut self, name: &Name, expected: String, error: Error) {
        let (kind, member, cause) = (ProblemKind::Unreadable, name.as_str().to_owned(), error.kind());
        self.report.push(Problem {
            kind,
            member,
            field: String::new(),
            expected,
            found: error.to_string(),
            hint: String::new(),
            cause,
        });
        if cause == ErrorKind::Io {
            self.fault.get_or_insert(error.in_member(name.as_str()));
        }
    }

    /// Notes that a member can't be read, unless whoever wanted it has.
    pub(crate) fn refuse_left(&mut self, member: usize, name: &str, error: Error) {
        if self.claims.take(member, name) {
            self.refuse(&Name::root().join(name), String::new(), error);
        }
    }

    /// Notes what a caller may want to know of a load that goes well.
    pub(crate) fn remark(&mut self, kind: RemarkKind, member: &str, text: String) {
        self.report.remark(Remark { kind, member: member.to_owned(), text });
    }

    /// Adds to each missing member the name that was probably meant.
    pub(crate) fn settle(&mut self) {
        let view = View { medium: self.medium, changes: &self.changes };
        for (index, parent) in self.parents.drain(..).take(SHOWN) {
            if let Some(problem) = self.report.problem_mut(index) {
                problem.hint = self.claims.advice(&view, &problem.member, parent);
            }
        }
    }

    /// Advice for a missing name that is no field's: where it stands, or which one was probably meant.
    pub(crate) fn advice(&self, wanted: &str) -> Option<String> {
        let view = View { medium: self.medium, changes: &self.changes };
        let nearest = || self.claims.nearest(&view, wanted).map(|name| format!("did you mean {name:?}?"));
        self.claims.folder_advice(&view, wanted).or_else(nearest)
    }

    /// Notes the members that nobody took: a problem each, or a remark where they are allowed.
    pub(crate) fn note_unexpected(&mut self) {
        // Of a source that is down, nothing more is asked.
        if self.fault.is_some() {
            return;
        }
        let view = View { medium: self.medium, changes: &self.changes };
        let left = view.members().filter(|&(member, _)| !self.claims.is_taken(member));
        for (member, name) in left {
            if self.is_lenient || self.claims.is_allowed(name) {
                let text = match view.array(member) {
                    Ok(Some(array)) if array.header().dtype().has_object() => {
                        "it is a Python pickle, which is never read"
                    }
                    Ok(Some(_)) => "no field wants it",
                    Ok(None) => "it is no array, and no field wants it",
                    Err(error) if error.is_foreign_dtype() => {
                        "its dtype is none of NumPy's, and no field wants it"
                    }
                    Err(_) => "it can't be read, and no field wants it",
                };
                let text = text.to_owned();
                self.report.remark(Remark { kind: RemarkKind::Ignored, member: name.to_owned(), text });
                continue;
            }
            if self.report.is_full() {
                self.report.count_more(ErrorKind::Mismatch);
                continue;
            }
            self.report.push(Problem {
                kind: ProblemKind::Unexpected,
                member: name.to_owned(),
                field: String::new(),
                expected: String::new(),
                found: describe(view, member),
                hint: UNEXPECTED_HINT.to_owned(),
                cause: ErrorKind::Mismatch,
            });
        }
    }

    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    /// Gives the report, unless the source failed.
    pub(crate) fn into_report(self) -> Result<Report> {
        self.fault.map_or(Ok(self.report), Err)
    }
}

/// What a member is, for messages.
pub(crate) fn describe(view: View<'_, '_>, member: usize) -> String {
    match view.array(member) {
        Ok(Some(array)) => array.header().to_string(),
        Ok(None) => "other bytes".to_owned(),
        Err(error) => error.to_string(),
    }
}
