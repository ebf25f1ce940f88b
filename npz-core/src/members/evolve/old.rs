//! [`OldMembers`]: what a `migrate` function sees and changes.

use std::cell::{Cell, RefCell};

use crate::element::Cast;
use crate::error::{Error, ErrorKind, Result};
use crate::header::Header;
use crate::members::forms::Forms;
use crate::members::load::view::{Changes, View};
use crate::members::{FromMembers, Loader, Medium, Members, Name, ToMembers};
use crate::report::Remark;

/// The part of a name under which the version of a struct stands.
pub(crate) const VERSION: &str = "__version__";

/// The members of a struct of an older version, which a `migrate` function turns into those of the newest.
///
/// Names are those of the struct's own fields (`weights`, `layers.0.bias`), wherever in an archive it stands. What is
/// done to a name is done to all names below it too (`layers` and `layers.0.bias`), with the struct's separator between.
/// Renaming and removing read nothing; data are read by [`get`](Self::get) only. The file is never changed.
///
/// ```
/// use ndarray::{Array1, Array2, array, s};
/// use npz_core::{Npz, OldMembers, Result};
///
/// #[derive(Npz)]
/// struct ModelOfMarch { w: Array2<f32>, scratch: Vec<f64> } // no version: that is version 0
///
/// #[derive(Npz)]
/// #[npz(version = 1, migrate = "split")]
/// struct Model { weights: Array2<f32>, bias: Array1<f32> }
///
/// fn split(old: &mut OldMembers<'_>, version: u32) -> Result<()> {
///     if version < 1 {
///         let all: Array2<f32> = old.take("w")?; // its last row was the bias
///         old.insert("weights", &all.slice(s![..-1, ..]))?;
///         old.insert("bias", &all.slice(s![-1, ..]))?;
///         old.remove("scratch");
///     }
///     Ok(())
/// }
///
/// let bytes = ModelOfMarch { w: array![[1.0, 2.0], [3.0, 4.0], [0.5, 0.6]], scratch: vec![] }.to_bytes()?;
/// let model = Model::from_bytes(&bytes)?;
/// assert_eq!((model.weights, model.bias), (array![[1.0, 2.0], [3.0, 4.0]], array![0.5, 0.6]));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct OldMembers<'m> {
    medium: &'m dyn Medium,
    /// What was read for it counts together with what is read later.
    spent: Cell<u64>,
    changes: &'m mut Changes,
    place: Name,
    cast: Cast,
    forms: Forms,
    one_element: bool,
    /// What reading old values has to tell.
    remarks: RefCell<Vec<Remark>>,
}

impl<'m> OldMembers<'m> {
    pub(crate) fn new(loader: &'m mut Loader<'_>, place: &Name) -> Self {
        let remarks = RefCell::default();
        let place = place.clone();
        let (cast, forms) = (loader.cast, loader.settings.forms.of_a_part());
        let one_element = loader.settings.one_element;
        let spent = Cell::new(loader.spent);
        Self {
            medium: loader.medium,
            spent,
            cast,
            forms,
            one_element,
            changes: &mut loader.changes,
            place,
            remarks,
        }
    }

    /// What reading old values has to tell, and what was spent for it in all.
    pub(crate) fn into_remarks(self) -> (Vec<Remark>, u64) {
        (self.remarks.into_inner(), self.spent.get())
    }

    fn view(&self) -> View<'m, '_> {
        View { medium: self.medium, changes: self.changes }
    }

    /// A name as it is in the archive.
    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.place.prefix())
    }

    fn find(&self, name: &str) -> Result<usize> {
        self.view().find(&self.full(name)).ok_or_else(|| {
            const SHOWN: usize = 8;
            let near = self.names().map(|there| (strsim::jaro_winkler(there, name), there));
            let near = near.filter(|&(likeness, _)| likeness > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
            let there = match (near, self.names().count()) {
                (Some((_, near)), _) => format!("did you mean {near:?}?"),
                (None, 0) => "there are none".to_owned(),
                (None, count) => {
                    let names: Vec<_> = self.names().take(SHOWN).map(|name| format!("{name:?}")).collect();
                    let more = count.saturating_sub(SHOWN);
                    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                    format!("there are {}{more}", names.join(", "))
                }
            };
            Error::new(ErrorKind::NotFound, format!("no such member to migrate: {there}"))
                .in_member(&self.full(name))
        })
    }

    /// Lists the names, in no order, without `__version__`; reads nothing.
    ///
    /// ```
    /// # use npz_core::{Npz, OldMembers, Result};
    /// # #[derive(Npz)] struct Old { layer_a: f32, layer_b: f32 }
    /// /// What was `layer_a` is an entry `a` of the map `layers` now.
    /// fn migrate(old: &mut OldMembers<'_>, _: u32) -> Result<()> {
    ///     let names: Vec<String> = old.names().map(str::to_owned).collect();
    ///     for name in names {
    ///         if let Some(key) = name.strip_prefix("layer_") {
    ///             old.rename(&name, &format!("layers.{key}"))?;
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// # #[derive(Npz)] #[npz(version = 1, migrate = "migrate")]
    /// # struct New { layers: std::collections::BTreeMap<String, f32> }
    /// # let new = New::from_bytes(&Old { layer_a: 1.0, layer_b: 2.0 }.to_bytes()?)?;
    /// # assert_eq!(new.layers["b"], 2.0);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let prefix = self.place.prefix().len();
        let names = self.view().keys(&self.place.prefix()).filter_map(move |(key, _)| key.get(prefix..));
        // The version is the macro's business.
        names.filter(|&name| name != VERSION)
    }

    /// Tells whether there is a member of this name, or any below it.
    ///
    /// ```
    /// # use npz_core::{Npz, OldMembers, Result};
    /// # #[derive(Npz)] struct Old { rate: f32 }
    /// fn migrate(old: &mut OldMembers<'_>, _: u32) -> Result<()> {
    ///     if !old.contains("beta") {
    ///         old.insert("beta", &0.9f32)?;
    ///     }
    ///     Ok(())
    /// }
    /// # #[derive(Npz)] #[npz(version = 1, migrate = "migrate")] struct New { rate: f32, beta: f32 }
    /// # assert_eq!(New::from_bytes(&Old { rate: 1.0 }.to_bytes()?)?.beta, 0.9);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn contains(&self, name: &str) -> bool {
        !self.all_at(name).is_empty()
    }

    /// Reads the header of one member: dtype, shape and order; no data.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Mismatch`] if the member is not an array; those of reading.
    ///
    /// ```
    /// # use npz_core::{Npz, OldMembers, Result};
    /// # #[derive(Npz)] struct Old { rate: Vec<f32> }
    /// fn migrate(old: &mut OldMembers<'_>, _: u32) -> Result<()> {
    ///     if old.header("rate")?.shape().len() == 1 {
    ///         let last = old.take::<Vec<f32>>("rate")?.pop().unwrap_or(0.1);
    ///         old.insert("rate", &last)?;
    ///     }
    ///     Ok(())
    /// }
    /// # #[derive(Npz)] #[npz(version = 1, migrate = "migrate")] struct New { rate: f32 }
    /// # assert_eq!(New::from_bytes(&Old { rate: vec![1.0, 0.5] }.to_bytes()?)?.rate, 0.5);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn header(&self, name: &str) -> Result<Header> {
        let array = self.view().array(self.find(name)?);
        let array = array.map_err(|error| error.in_member(&self.full(name)))?;
        array.map(|array| array.header().clone()).ok_or_else(|| {
            Error::new(ErrorKind::Mismatch, "expected an array, found other bytes")
                .in_member(&self.full(name))
        })
    }

    /// Reads a value: an array, a scalar, a `Vec`, a struct of several members (of an older type, say).
    ///
    /// Each array is read once, into its own buffer. The casting rule is that of the load.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Mismatch`] with a report; those of reading.
    ///
    /// ```
    /// # use npz_core::{Npz, OldMembers, Result};
    /// # #[derive(Npz)] struct Old { lens: Vec<u32> }
    /// fn migrate(old: &mut OldMembers<'_>, _: u32) -> Result<()> {
    ///     let total: u32 = old.get::<Vec<u32>>("lens")?.iter().sum();
    ///     old.insert("total", &total)
    /// }
    /// # #[derive(Npz)] #[npz(version = 1, migrate = "migrate")] struct New { lens: Vec<u32>, total: u64 }
    /// # assert_eq!(New::from_bytes(&Old { lens: vec![3, 4] }.to_bytes()?)?.total, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn get<T: FromMembers>(&self, name: &str) -> Result<T> {
        let view = self.view();
        let mut loader = Loader::new(&view, self.cast, true);
        (loader.settings.forms, loader.settings.one_element) = (self.forms, self.one_element);
        loader.spent = self.spent.get();
        let place = self.place.join(name);
        if !T::is_present(&loader, &place) {
            self.find(name)?;
        }
        let plan = T::plan(&mut loader, &place);
        loader.settle();
        let (report, spent) = loader.run_with(&mut |_| {})?;
        self.spent.set(spent);
        self.remarks.borrow_mut().extend_from_slice(report.remarks());
        plan.finish().map_err(|error| error.in_member(place.as_str()))
    }

    /// Reads a value and removes its members: [`get`](Self::get), then [`remove`](Self::remove).
    ///
    /// # Errors
    /// As [`get`](Self::get); [`OldMembers`] has an example.
    pub fn take<T: FromMembers>(&mut self, name: &str) -> Result<T> {
        let value = self.get(name)?;
        self.remove(name);
        Ok(value)
    }

    /// Gives a member, and all below it, another name; reads nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is none; [`ErrorKind::Invalid`] if the new name is taken.
    ///
    /// ```
    /// # use npz_core::{Npz, OldMembers, Result};
    /// # #[derive(Npz)] struct Part { w: f32 }
    /// # #[derive(Npz)] struct Old { enc: Part }
    /// fn migrate(old: &mut OldMembers<'_>, _: u32) -> Result<()> {
    ///     old.rename("enc", "encoder") // and so "enc.w" is "encoder.w"
    /// }
    /// # #[derive(Npz)] #[npz(version = 1, migrate = "migrate")] struct New { encoder: Part }
    /// # assert_eq!(New::from_bytes(&Old { enc: Part { w: 7.0 } }.to_bytes()?)?.encoder.w, 7.0);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        let moved = self.all_at(from);
        if moved.is_empty() {
            self.find(from)?;
        }
        // Nothing is changed before all is known to be fine.
        let is_moved = |member| moved.iter().any(|&(_, moved)| moved == member);
        if let Some((taken, _)) = self.all_at(to).iter().find(|&&(_, member)| !is_moved(member)) {
            return Err(taken_already(taken));
        }
        for (key, member) in &moved {
            self.changes.remove(key, *member);
        }
        let from_len = self.full(from).len();
        for (key, member) in moved {
            let rest = key.get(from_len..).unwrap_or_default();
            self.changes.add(format!("{}{rest}", self.full(to)), member);
        }
        Ok(())
    }

    /// Removes a member, and all below it, so that nobody wants them; tells whether there were any. Reads nothing.
    ///
    /// [`OldMembers`] has an example.
    pub fn remove(&mut self, name: &str) -> bool {
        let there = self.all_at(name);
        for (key, member) in &there {
            self.changes.remove(key, *member);
        }
        !there.is_empty()
    }

    /// Adds a value under a name that is free: an array, a view, a scalar, a struct. Copies its data.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if a member of that name is there, or as [`ToMembers::to_members`].
    /// [`OldMembers`] has an example.
    pub fn insert<T: ToMembers + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        // A list put beside the rest of another would be read as one.
        if let Some((taken, _)) = self.all_at(name).first() {
            return Err(taken_already(taken));
        }
        let mut members = Members::new();
        value.to_members(&mut members, &self.place.join(name))?;
        for member in members.as_slice() {
            let array = member.array.keep().map_err(|error| error.in_member(&member.name))?;
            let made = self.changes.make(array);
            self.changes.add(member.name.clone(), made);
        }
        Ok(())
    }

    /// The keys of a value: its own, and those of its parts.
    fn all_at(&self, name: &str) -> Vec<(String, usize)> {
        let full = self.full(name);
        let prefix = self.place.join(name).prefix();
        let view = self.view();
        let mut all: Vec<_> = view.find(&full).map(|member| (full, member)).into_iter().collect();
        all.extend(view.keys(&prefix).map(|(key, member)| (key.to_owned(), member)));
        all
    }
}

fn taken_already(full: &str) -> Error {
    let message = "a member of this name is there already; `take` or `remove` it first";
    Error::invalid(message).in_member(full)
}

impl std::fmt::Debug for OldMembers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
