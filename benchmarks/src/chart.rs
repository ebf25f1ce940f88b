//! The picture of the results: how many times NumPy's speed, kind by kind, and 64 MiB by every library.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::Outcome;
use crate::arguments::Section;
use crate::compare::{LOAD_OURS, LOAD_STORED, SAVE, SAVE_STORED};
use crate::libraries::Library;
use crate::report::{BASE, Report, Row};

const WIDTH: i32 = 960;
const MARGIN: i32 = 16;
const BAR: i32 = 11;
const LABELS: i32 = 150;
const INK: RGBColor = RGBColor(36, 41, 47);
const FAINT: RGBColor = RGBColor(140, 149, 159);
/// NumPy, npz-core, npz-core on several threads; the others are faint.
const COLOURS: [RGBColor; 3] = [RGBColor(110, 119, 129), RGBColor(9, 105, 218), RGBColor(84, 174, 255)];

/// One bar: where it stands, what it says.
struct Bar {
    value: f64,
    text: String,
    colour: RGBColor,
}

/// A label and the bars beside it.
type Group = (String, Vec<Bar>);

/// A column of groups with a title, and its own scale that begins at zero.
struct Panel {
    title: String,
    groups: Vec<Group>,
    /// Where a line stands, if one does: NumPy's speed.
    line: Option<f64>,
}

/// Draws an SVG.
///
/// # Errors
/// Never, as it is drawn in memory.
pub fn draw(report: &Report) -> Outcome<String> {
    let upper = [speeds(report, SAVE, "np.savez_compressed"), speeds(report, LOAD_OURS, "np.load")];
    let lower = [rates(report, SAVE_STORED), rates(report, LOAD_STORED)];
    let height = |panels: &[Panel; 2]| panels.iter().map(Panel::height).max().unwrap_or_default();
    let middle = height(&upper) + 2 * MARGIN;
    let whole = middle + height(&lower) + MARGIN + 18;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH as u32, whole as u32)).into_drawing_area();
        root.fill(&WHITE)?;
        for (panels, top) in [(&upper, MARGIN), (&lower, middle)] {
            for (panel, left) in panels.iter().zip([MARGIN, WIDTH / 2 + MARGIN / 2]) {
                panel.draw(&root, left, top)?;
            }
        }
        let threads = Library::ours().map(|library| library.to_string());
        let pale = threads.filter(|side| colour(side) == COLOURS[2]).last().unwrap_or_default();
        let facts = report.circumstances.first().map_or("", String::as_str);
        let facts = format!("Pale: {pale}. {facts}");
        let style = ("sans-serif", 13).into_font().color(&FAINT);
        root.draw(&Text::new(facts, (MARGIN, whole - 18), style))?;
        root.present()?;
    }
    Ok(svg)
}

/// How many times NumPy's speed npz-core has, kind by kind.
fn speeds(report: &Report, task: &str, unit: &str) -> Panel {
    let is_ours =
        |row: &&Row| row.section == Section::Kinds && row.task == task && row.side.starts_with("npz-core");
    let mut groups: Vec<Group> = Vec::new();
    for row in report.rows.iter().filter(is_ours) {
        let value = row.speed.median;
        let bar = Bar { value, text: format!("{value:.1}"), colour: colour(&row.side) };
        match groups.last_mut().filter(|(case, _)| *case == row.case) {
            Some((_, bars)) => bars.push(bar),
            None => groups.push((row.case.clone(), vec![bar])),
        }
    }
    let what = if task == SAVE { "Save compressed" } else { "Load compressed" };
    Panel { title: format!("{what}: × {unit}"), groups, line: Some(1.0) }
}

/// The rates of all libraries with the largest array of at most 64 MiB.
fn rates(report: &Report, task: &str) -> Panel {
    let of_task = || report.rows.iter().filter(|row| row.section == Section::Sizes && row.task == task);
    let shown = of_task().filter(|row| row.bytes <= 64 << 20).max_by_key(|row| row.bytes);
    let (bytes, case) = shown.map_or((0, ""), |row| (row.bytes, &row.case));
    // What happens within memory is far more than any file's rate: it would make the scale useless.
    let of_memory = |row: &&Row| row.side.contains("CRC") || row.side.contains("memcpy");
    let rows = of_task().filter(|row| row.bytes == bytes && !of_memory(row));
    let groups = rows.map(|row| {
        let value = row.bytes as f64 / row.time.median / 1e6;
        (row.side.clone(), vec![Bar { value, text: format!("{value:.0}"), colour: colour(&row.side) }])
    });
    let what = if task == SAVE_STORED { "Save" } else { "Load" };
    Panel { title: format!("{what}, stored, {case}: MB/s"), groups: groups.collect(), line: None }
}

fn colour(side: &str) -> RGBColor {
    match side {
        BASE => COLOURS[0],
        "npz-core" => COLOURS[1],
        _ if side.starts_with("npz-core") => COLOURS[2],
        _ => FAINT,
    }
}

impl Panel {
    fn height(&self) -> i32 {
        24 + self.groups.iter().map(|(_, bars)| group_height(bars)).sum::<i32>()
    }

    fn draw(
        &self,
        root: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
        left: i32,
        top: i32,
    ) -> Outcome<()> {
        let title = ("sans-serif", 17).into_font().style(FontStyle::Bold).color(&INK);
        root.draw(&Text::new(self.title.clone(), (left, top), title))?;
        let zero = left + LABELS;
        // The last of the width is for the figures behind the bars.
        let longest = f64::from(WIDTH / 2 - MARGIN * 2 - LABELS - 40);
        let most = self.groups.iter().flat_map(|(_, bars)| bars).map(|bar| bar.value).fold(1.0, f64::max);
        let at = |value: f64| zero + (value / most * longest) as i32;
        let label_style = ("sans-serif", 14).into_font().color(&INK).pos(Pos::new(HPos::Right, VPos::Center));
        let text_style = ("sans-serif", 12).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
        let mut y = top + 24;
        for (label, bars) in &self.groups {
            let middle = y + bars.len() as i32 * BAR / 2;
            root.draw(&Text::new(label.clone(), (zero - 6, middle), label_style.clone()))?;
            for (i, bar) in bars.iter().enumerate() {
                let (upper, end) = (y + i as i32 * BAR, at(bar.value));
                root.draw(&Rectangle::new([(zero, upper), (end, upper + BAR - 1)], bar.colour.filled()))?;
                root.draw(&Text::new(bar.text.clone(), (end + 4, upper + BAR / 2), text_style.clone()))?;
            }
            y += group_height(bars);
        }
        if let Some(line) = self.line.filter(|_| !self.groups.is_empty()) {
            root.draw(&PathElement::new([(at(line), top + 20), (at(line), y)], FAINT))?;
        }
        Ok(())
    }
}

fn group_height(bars: &[Bar]) -> i32 {
    bars.len() as i32 * BAR + 7
}
