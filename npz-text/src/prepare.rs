//! From options and the first row to a plan.

use std::ops::Range;

use npz_core::{DType, Error, Result};

use crate::head::Head;
use crate::layout::{Layout, fields, renamed};
use crate::number::Style;
use crate::options::{Column, Names, counted};
use crate::plain::Plain;
use crate::plan::{ColumnPlan, Converter, Plan, Select, place};
use crate::settings::Settings;
use crate::split::Splitter;

/// What is wanted of the cells.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub(crate) dtype: DType,
    /// The dtype is that of a Rust type: its fields go by their names, where the file has some.
    pub(crate) is_typed: bool,
}

/// The columns of a table, before the dtype of their cells is known.
pub(crate) struct Columns {
    pub(crate) select: Select,
    /// The name of each, if they have names.
    pub(crate) names: Option<Vec<String>>,
    /// The same of those that `usecols` leaves out too.
    pub(crate) all_names: Option<Vec<String>>,
    /// The dtype with the names that were given, or none.
    pub(crate) dtype: Option<DType>,
}

/// Finds the columns. Without a dtype, it is going to be found.
pub(crate) fn columns(head: &Head<'_>, settings: &Settings<'_>, wanted: Option<&Wanted>) -> Result<Columns> {
    if settings.style == Style::LoadTxt {
        return loadtxt(head, settings, wanted);
    }
    let found = head.first.as_ref().map_or(0, Vec::len);
    let cleaner = &settings.cleaner;
    let mut names = match (&settings.names, &head.names) {
        (Names::FirstLine, Some(names)) => Some(cleaner.clean(names, None)?),
        (Names::Given(names), _) => Some(cleaner.clean(names, None)?),
        _ => None,
    };
    let mut usecols = settings.usecols.clone();
    let mut dtype = None;
    if let Some(wanted) = wanted {
        dtype = Some(wanted.dtype.clone());
        match (fields(&wanted.dtype), &names) {
            // Fields of a struct are found by their names.
            (Some(fields), Some(_)) if wanted.is_typed && usecols.is_none() => {
                usecols = Some(fields.into_iter().map(|(name, _)| Column::Name(name)).collect());
            }
            (Some(_), _) if wanted.is_typed => {}
            (Some(fields), given) => {
                let own: Vec<String> = fields.iter().map(|(name, _)| name.clone()).collect();
                let is_numbered = own.iter().enumerate().all(|(index, name)| *name == format!("f{index}"));
                let new_names = match given {
                    Some(given) => {
                        cleaner.clean(given, Some(own.len()).filter(|count| given.len() < *count))?
                    }
                    None if is_numbered => cleaner.all_numbered(own.len())?,
                    None => cleaner.clean(&own, None)?,
                };
                // With `usecols` there may be more names than fields: they are chosen below.
                if new_names.len() == own.len() {
                    dtype = Some(renamed(&wanted.dtype, &new_names)?);
                }
                names = Some(new_names);
            }
            (None, Some(names)) if !wanted.is_typed => {
                dtype = Some(DType::record(names.iter().map(|name| (name.clone(), wanted.dtype.clone())))?);
            }
            (None, _) => {}
        }
    }
    let all_names = names.clone();
    let Some(usecols) = usecols else {
        return Ok(Columns { select: Select::All(found), names, all_names, dtype });
    };
    let places =
        usecols.iter().map(|column| index_of(column, names.as_deref(), found)).collect::<Result<Vec<_>>>()?;
    let pick = |all: &[String]| -> Result<Vec<String>> {
        let name = |place: &usize| all.get(*place).cloned().ok_or_else(|| too_few_names(all.len(), *place));
        places.iter().map(name).collect()
    };
    // As many names as columns that are wanted are those of these columns, in this order: but not names that the file has, or
    // that columns are wanted by.
    let is_by_name = usecols.iter().any(|column| matches!(column, Column::Name(_)));
    let least = |are_of_file: bool| places.len() + usize::from(!are_of_file);
    let least_names = least(is_by_name || settings.names == Names::FirstLine);
    if let Some(all) = names.as_ref().filter(|names| names.len() >= least_names) {
        names = Some(pick(all)?);
    }
    if let Some(all) = dtype.as_ref().and_then(fields) {
        if all.len() >= least(is_by_name && settings.names == Names::None) {
            let field =
                |place: &usize| all.get(*place).cloned().ok_or_else(|| too_few_names(all.len(), *place));
            dtype = Some(DType::record(places.iter().map(field).collect::<Result<Vec<_>>>()?)?);
        } else if let (Some(names), Some(old), Some(false)) =
            (&names, &dtype, wanted.map(|wanted| wanted.is_typed))
            && names.len() == all.len()
        {
            dtype = Some(renamed(old, names)?);
        }
    }
    let select = Select::Some(places.into_iter().map(|place| place as isize).collect());
    Ok(Columns { select, names, all_names, dtype })
}

fn too_few_names(count: usize, place: usize) -> Error {
    Error::custom(format!(
        "`usecols` asks for column {place}, found {}: give a name to each column",
        counted(count, "name")
    ))
}

/// The place of a column of `genfromtxt`.
fn index_of(column: &Column, names: Option<&[String]>, found: usize) -> Result<usize> {
    match column {
        Column::Name(name) => {
            let names = names.ok_or_else(|| {
                Error::custom(format!(
                    "`usecols` names the column {name:?}, and there are no names: set `names`"
                ))
            })?;
            let place = names.iter().position(|other| other == name);
            place.ok_or_else(|| {
                Error::custom(format!("there is no column {name:?}: found {}", names.join(", ")))
            })
        }
        // A file without rows has no columns to compare with.
        Column::Index(index) if found == 0 => Ok(index.unsigned_abs()),
        Column::Index(index) => place(*index, found).ok_or_else(|| {
            Error::custom(format!(
                "`usecols` asks for column {index}, and the first row has {}",
                counted(found, "column")
            ))
        }),
        Column::All => Err(Error::custom("`usecols` takes places and names: leave it out for all columns")),
    }
}

fn loadtxt(head: &Head<'_>, settings: &Settings<'_>, wanted: Option<&Wanted>) -> Result<Columns> {
    let dtype = wanted.map(|wanted| wanted.dtype.clone());
    let Some(usecols) = &settings.usecols else {
        let cells = dtype.as_ref().map(|dtype| Layout::of(dtype, settings.limits.columns)).transpose()?;
        // Of no rows, NumPy guesses one column.
        let guess = cells.filter(|layout| layout.names.is_some()).map_or(1, |layout| layout.cells.len());
        return Ok(Columns {
            select: Select::All(head.first.as_ref().map_or(guess, Vec::len)),
            names: None,
            all_names: None,
            dtype,
        });
    };
    let index = |column: &Column| match column {
        Column::Index(index) => Ok(*index),
        _ => Err(Error::custom("`loadtxt` knows no names: give places to `usecols`, or use `GenFromTxt`")),
    };
    Ok(Columns {
        select: Select::Some(usecols.iter().map(index).collect::<Result<_>>()?),
        names: None,
        all_names: None,
        dtype,
    })
}

/// The columns of a name: that of a field has all its cells, another is that of one column. None if it is not used.
fn named(name: &str, columns: &Columns, layout: &Layout, style: Style) -> Result<Range<usize>> {
    let names = columns.names.as_ref().or(layout.names.as_ref());
    let names = names.ok_or_else(|| {
        let advice = match style {
            Style::LoadTxt => "give its place, or a dtype with fields",
            Style::GenFromTxt => "set `names`",
        };
        Error::custom(format!("an option names the column {name:?}, and there are no names: {advice}"))
    })?;
    let all_names = columns.all_names.as_ref().unwrap_or(names);
    let Some(place) = names.iter().position(|other| other == name) else {
        if all_names.iter().any(|other| other == name) {
            return Ok(0..0);
        }
        let found = all_names.join(", ");
        return Err(Error::custom(format!("an option names the column {name:?}, found {found}")));
    };
    let counts = layout.counts()?;
    if counts.len() != names.len() {
        return Ok(place..place + 1);
    }
    let start: usize = counts[..place].iter().sum();
    Ok(start..start + counts[place])
}

/// Makes the plan for a layout. Takes the converters out of the options.
pub(crate) fn plan<'s>(
    settings: &'s Settings<'s>,
    splitter: Splitter,
    columns: Columns,
    layout: &Layout,
    found: usize,
) -> Result<Plan<'s>> {
    let width = match &columns.select {
        Select::All(count) => *count,
        Select::Some(columns) => columns.len(),
    };
    let is_record = layout.names.is_some();
    if is_record && found > 0 && layout.cells.len() != width {
        return Err(Error::custom(format!(
            "the dtype {} takes {}, found {width}: `usecols` chooses columns",
            layout.dtype,
            counted(layout.cells.len(), "column")
        )));
    }
    let mut plans = vec![ColumnPlan::default(); width];
    let target = |column: &Column| -> Result<Range<usize>> {
        let one = |place: Option<usize>| place.map_or(0..0, |place| place..place + 1);
        Ok(match (column, &columns.select) {
            // Without rows there is nothing to set an option for.
            _ if found == 0 => 0..0,
            (Column::All, _) => 0..width,
            (Column::Name(name), _) => {
                let cells = named(name, &columns, layout, settings.style)?;
                if cells.end > width {
                    let columns = counted(width, "column");
                    return Err(Error::custom(format!(
                        "an option names the column {name:?}, found {columns}"
                    )));
                }
                cells
            }
            (Column::Index(index), Select::All(count)) => {
                one(Some(place(*index, *count).ok_or_else(|| {
                    let columns = counted(*count, "column");
                    Error::custom(format!("an option is set for column {index}, found {columns}"))
                })?))
            }
            (Column::Index(index), Select::Some(chosen)) => {
                let same = |other: &isize| {
                    other == index || place(*other, found).is_some_and(|at| Some(at) == place(*index, found))
                };
                one(chosen.iter().position(same))
            }
        })
    };
    for (column, texts) in &settings.missing {
        for place in target(column)? {
            plans[place].missing.extend(texts.iter().map(|text| text.trim().to_owned()));
        }
    }
    for (column, fill) in &settings.filling {
        for place in target(column)? {
            plans[place].fill = Some(fill.clone());
        }
    }
    let mut converters: Vec<Converter<'s>> = Vec::new();
    for (index, (column, converter)) in settings.converters.iter().enumerate() {
        for place in target(column)? {
            plans[place].converter = Some(index);
        }
        converters.push(Box::new(converter));
    }
    let has_converter = plans.iter().any(|plan| plan.converter.is_some());
    let fast =
        if has_converter || matches!(columns.select, Select::Some(_)) { None } else { Plain::of(&splitter) };
    let plan = Plan {
        style: settings.style,
        splitter,
        select: columns.select,
        columns: plans,
        converters: if has_converter { converters } else { Vec::new() },
        cells: layout.cells.clone(),
        item_size: layout.item_size,
        is_record,
        is_loose: settings.loose,
        limits: settings.limits,
        has_mask: false,
        plain: fast,
    };
    plan.check_fills()?;
    Ok(plan)
}
