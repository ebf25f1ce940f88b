//! A messy CSV, with gaps, a comma for a point, a row that is too short and a line of totals, becomes a typed archive.
//!
//! `cargo run --release --example clean_csv`. The archive stays in `target/clean_csv` of this workspace, where
//! `examples/plot_stations.py` draws it. Python is `python3`, or what `NPZ_PYTHON` names.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use ndarray::Array1;
use npz_core::time::Day;
use npz_core::{DateTime64, FixedStr, NpyRecord, Npz};
use npz_text::GenFromTxt;

/// A row, whose fields are found by their names in the file.
#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Station {
    #[npy(rename = "station")]
    name: FixedStr<12>,
    height_m: f32,
    since: DateTime64<Day>,
    mean_c: f32,
}

#[derive(Npz)]
struct Stations {
    stations: Array1<Station>,
}

fn main() -> npz_core::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/stations.csv");
    let skipped = Mutex::new(Vec::new());
    let note = |warning: &str| {
        if let Ok(mut skipped) = skipped.lock() {
            skipped.push(warning.to_owned());
        }
    };
    let stations: Array1<Station> = GenFromTxt::new()
        .delimiter(';')
        .skip_header(1)
        .names(true)
        .case_sensitive(npz_text::NameCase::Lower)
        .autostrip(true)
        .converter("station", |text| Ok::<_, String>(text.trim_matches('"').to_owned()))
        .converter("mean_c", |text| Ok::<_, String>(text.replace(',', ".")))
        .missing_values("mean_c", ["n/a"])
        .invalid_raise(false)
        .skip_footer(1)
        .on_warning(note)
        .load(path)?;
    for warning in skipped.into_inner().unwrap_or_default() {
        println!("{warning}");
    }
    for row in &stations {
        println!(
            "{:>12} {:>6} m {:>5} C, since day {}",
            row.name.to_string(),
            row.height_m,
            row.mean_c,
            row.since.ticks()
        );
    }

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("clean_csv");
    std::fs::create_dir_all(&folder)?;
    let out = folder.join("stations.npz");
    let clean = Stations { stations };
    clean.save(&out)?;
    let again = Stations::load(&out)?;
    assert_eq!(again.stations.len(), 6, "Basel's row is too short, and totals are no station");
    assert_eq!(again.stations[4].mean_c, 12.4);
    assert!(
        again.stations[1].mean_c.is_nan()
            && again.stations[2].height_m.is_nan()
            && again.stations[5].since.is_nat()
    );
    println!("saved {}", out.display());
    if !plot(&out) {
        println!("There is no Python with NumPy here: nothing is drawn");
    }
    Ok(())
}

/// Has Python draw the archive; `false` if there is none with NumPy.
fn plot(archive: &Path) -> bool {
    let python = std::env::var("NPZ_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("plot_stations.py");
    let status = Command::new(python).arg(script).arg(archive).status();
    let code = status.ok().and_then(|status| status.code());
    assert!(matches!(code, None | Some(0 | 3 | 127)), "Python reads something else: {code:?}");
    code == Some(0)
}
