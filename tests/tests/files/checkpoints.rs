//! The checkpoints of a run: which stay, what is found after a crash, and what others see of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use npz_core::Better::{Higher, Lower};
use npz_core::{Checkpoints, ErrorKind, Npz, NpzWriter, SaveOptions};
use tests::{python, temp_dir};

#[derive(Npz, Debug, PartialEq, Clone)]
struct State {
    number: u64,
    cells: Vec<u64>,
}

fn state(number: u64) -> State {
    State { number, cells: vec![number; 10_000] }
}

fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_last_the_regular_and_the_best_stay() {
    let dir = temp_dir();
    let runs = Checkpoints::open(dir.path().join("a/b")).unwrap();
    let runs = runs.keep_last(2).keep_every(10).keep_best("loss", Lower).keep_best("hits", Higher);
    let loss = |step: u64| if step == 7 { f64::NAN } else { (step as f64 - 13.0).abs() };
    for step in 1..=25 {
        runs.save_with(step, &[("loss", loss(step)), ("hits", (step / 5 * 5) as f64)], &state(step)).unwrap();
        // What a plain list would keep.
        let seen = || 1..=step;
        let best = seen().filter(|&s| s != 7).min_by(|&a, &b| loss(a).total_cmp(&loss(b))).unwrap();
        let hits = seen().find(|s| s / 5 == step / 5).unwrap();
        assert_eq!(runs.best("loss").unwrap(), Some(best));
        assert_eq!(runs.best("hits").unwrap(), Some(hits));
        let kept: Vec<u64> =
            seen().filter(|&s| s + 2 > step || s % 10 == 0 || s == best || s == hits).collect();
        assert_eq!(runs.steps().unwrap(), kept, "after step {step}");
        assert_eq!(runs.load_latest::<State>().unwrap(), (step, state(step)));
    }
    assert!(runs.passed_over().is_empty());
    assert_eq!(runs.best("acc").unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn without_rules_all_stay_and_one_saved_last_stays_in_any_case() {
    let dir = temp_dir();
    let runs = Checkpoints::open(dir.path()).unwrap();
    for step in [5, 1, 3, 5] {
        runs.save(step, &state(step)).unwrap();
    }
    assert_eq!(runs.steps().unwrap(), [1, 3, 5]);
    let runs = runs.keep_last(1);
    // An earlier one, of a run that was begun again.
    runs.save(2, &state(2)).unwrap();
    assert_eq!(runs.steps().unwrap(), [2, 5]);
    let runs = runs.keep_last(0);
    runs.save(4, &state(4)).unwrap();
    assert_eq!(runs.steps().unwrap(), [4]);
}

#[test]
fn metrics_that_are_missing_are_told_of_before_anything_is_written() {
    let dir = temp_dir();
    let runs = Checkpoints::open(dir.path()).unwrap().keep_last(1).keep_best("loss", Lower);
    for save in [Checkpoints::save_with, Checkpoints::save_in_background_with] {
        let error = save(&runs, 1, &[("los", 0.5)], &state(1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("\"loss\""), "{error}");
        assert_eq!(
            save(&runs, 1, &[("loss", 0.5), ("a\"", 1.0)], &state(1)).unwrap_err().kind(),
            ErrorKind::Invalid
        );
    }
    assert!(listing(dir.path()).is_empty());
    // Not every checkpoint is measured.
    runs.save_with(1, &[("loss", 0.5)], &state(1)).unwrap();
    runs.save(2, &state(2)).unwrap();
    runs.save(3, &state(3)).unwrap();
    assert_eq!(runs.steps().unwrap(), [1, 3]);
}

#[test]
fn a_single_array_has_no_name() {
    let dir = temp_dir();
    let runs = Checkpoints::open(dir.path()).unwrap();
    assert_eq!(runs.save(1, &vec![1.0]).unwrap_err().kind(), ErrorKind::Invalid);
    runs.save_in_background(1, &vec![1.0]).and_then(|()| runs.wait()).unwrap_err();
    assert!(listing(dir.path()).is_empty());
}

#[test]
fn python_reads_checkpoints_and_their_metrics() {
    let dir = temp_dir();
    let runs = Checkpoints::open(dir.path()).unwrap().options(SaveOptions::compressed());
    let metrics = [("loss", 0.1), ("größte, {x}", 1e300), ("nan", f64::NAN), ("inf", f64::NEG_INFINITY)];
    runs.save_in_background_with(1000, &metrics, &state(7)).unwrap();
    runs.wait().unwrap();
    let script = "
path = 'step-00001000.npz'
z = np.load(path)
assert z.files == ['number', 'cells'] and z['number'] == 7 and (z['cells'] == 7).all()
z = zipfile.ZipFile(path)
assert z.testzip() is None
metrics = json.loads(z.comment)
assert list(metrics) == ['loss', 'größte, {x}', 'nan', 'inf'], metrics
assert metrics['loss'] == 0.1 and metrics['größte, {x}'] == 1e300
assert np.isnan(metrics['nan']) and metrics['inf'] == -np.inf
# One that Python writes is one as well.
with zipfile.ZipFile('step-00002000.npz', 'w') as z:
    for name, value in ('number', np.uint64(8)), ('cells', np.full(3, 8, '<u8')):
        with z.open(name + '.npy', 'w') as f: np.save(f, value)
    z.comment = json.dumps({'acc': 3, 'loss': 0.05}, indent=1).encode()
";
    python(dir.path(), script);
    let runs = runs.keep_last(1).keep_best("loss", Lower);
    assert_eq!(runs.best("loss").unwrap(), Some(2000));
    assert_eq!(runs.load_latest::<State>().unwrap(), (2000, State { number: 8, cells: vec![8; 3] }));
    runs.save_with(3000, &[("loss", 1.0)], &state(9)).unwrap();
    assert_eq!(runs.steps().unwrap(), [2000, 3000]);
    // The metrics are no members: a strict load does not see them.
    assert_eq!(State::load(runs.path(3000)).unwrap(), state(9));
}

#[test]
fn files_of_others_are_left_alone() {
    let dir = temp_dir();
    let others = [
        "step-1.npz",
        "step-00000001.npz.bak",
        "notes.txt",
        ".step-00000001.npz.toolong.tmp",
        ".other.npz.abcdef.tmp",
        "step-00000002.npy",
    ];
    for other in others {
        fs::write(dir.path().join(other), b"theirs").unwrap();
    }
    fs::create_dir(dir.path().join("step-00000003.npz")).unwrap();
    let runs = Checkpoints::open(dir.path()).unwrap().keep_last(1);
    for step in 10..15 {
        runs.save(step, &state(step)).unwrap();
    }
    assert_eq!(runs.load_latest::<State>().unwrap().0, 14);
    let mut expected: Vec<String> = others.map(str::to_owned).into();
    expected.extend(["step-00000003.npz".to_owned(), "step-00000014.npz".to_owned()]);
    expected.sort();
    assert_eq!(listing(dir.path()), expected);
}

#[test]
fn the_newest_whole_one_is_loaded_and_the_others_are_named() {
    let dir = temp_dir();
    let runs = Checkpoints::open(dir.path()).unwrap();
    let error = runs.load_latest::<State>().unwrap_err();
    assert_eq!((error.kind(), error.file()), (ErrorKind::NotFound, Some(dir.path())), "{error}");
    for step in 1..=4 {
        runs.save(step, &state(step)).unwrap();
    }
    let whole = fs::read(runs.path(4)).unwrap();
    let mut flipped = whole.clone();
    flipped[1000] ^= 1;
    fs::write(runs.path(3), &flipped).unwrap();
    for len in [0, 1, 30, 100, 40_000, whole.len() - 30, whole.len() - 1] {
        fs::write(runs.path(4), &whole[..len]).unwrap();
        assert_eq!(runs.load_latest::<State>().unwrap(), (2, state(2)), "cut to {len} bytes");
        let passed_over = runs.passed_over();
        let files: Vec<_> = passed_over.iter().map(|error| error.file().unwrap().to_owned()).collect();
        assert_eq!(files, [runs.path(4), runs.path(3)], "{passed_over:?}");
        assert!(passed_over[1].to_string().contains("CRC"), "{}", passed_over[1]);
    }
    // What does not fit the type is not passed over: an older one would not either.
    BTreeMap::from([("other".to_owned(), 1.0)]).save(runs.path(5)).unwrap();
    assert_eq!(runs.load_latest::<State>().unwrap_err().kind(), ErrorKind::Mismatch);
    for step in 1..=5 {
        fs::write(runs.path(step), b"").unwrap();
    }
    let error = runs.load_latest::<State>().unwrap_err();
    assert!(error.to_string().contains("no checkpoint here is whole"), "{error}");
    assert!(error.to_string().contains("step-00000005.npz"), "{error}");
}

#[test]
fn a_copy_is_saved_while_the_state_changes() {
    let dir = temp_dir();
    let runs = Checkpoints::open(dir.path()).unwrap();
    let mut changing = State { number: 0, cells: vec![0; 1 << 20] };
    for step in 0..6 {
        changing.number = step;
        changing.cells.fill(step);
        // Of other lengths, so that the memory of the last copy is too much, and not enough.
        changing.cells.resize(1 << (20 - step % 3), step);
        runs.save_in_background(step, &changing).unwrap();
        changing.cells.fill(99);
    }
    assert_eq!(runs.load_latest::<State>().unwrap().0, 5, "waits for what is under way");
    for step in 0..6 {
        let found = State::load(runs.path(step)).unwrap();
        assert_eq!(found, State { number: step, cells: vec![step; 1 << (20 - step % 3)] });
    }
}

#[test]
fn what_fails_in_the_background_is_told_once_at_the_next_call() {
    let dir = temp_dir();
    let folder = dir.path().join("runs");
    let runs = Checkpoints::open(&folder).unwrap();
    for tell in [
        |runs: &Checkpoints| runs.wait(),
        |runs: &Checkpoints| runs.save(2, &state(2)),
        |runs: &Checkpoints| runs.save_in_background(2, &state(2)),
    ] {
        fs::remove_dir_all(&folder).unwrap();
        runs.save_in_background(1, &state(1)).unwrap();
        let error = tell(&runs).unwrap_err();
        assert_eq!((error.kind(), error.file()), (ErrorKind::Io, Some(&*runs.path(1))), "{error}");
        fs::create_dir(&folder).unwrap();
        runs.wait().unwrap();
        assert!(listing(&folder).is_empty(), "nothing was saved by the call that told of it");
    }
    // To look for a checkpoint does not tell it, nor lose it.
    fs::remove_dir_all(&folder).unwrap();
    runs.save_in_background(1, &state(1)).unwrap();
    runs.load_latest::<State>().unwrap_err();
    assert_eq!(runs.wait().unwrap_err().kind(), ErrorKind::Io);
    fs::create_dir(&folder).unwrap();
    runs.save_in_background(3, &state(3)).unwrap();
    drop(runs);
    assert_eq!(listing(&folder), ["step-00000003.npz"], "dropping waits");
}

#[test]
fn several_threads_save_into_one_folder() {
    let dir = temp_dir();
    let runs = Checkpoints::open(dir.path()).unwrap().keep_last(3).keep_best("loss", Lower);
    thread::scope(|scope| {
        for first in 0..4 {
            let runs = &runs;
            scope.spawn(move || {
                for step in (first..40).step_by(4) {
                    let metrics = [("loss", (step as f64 - 17.0).abs())];
                    match step % 3 {
                        0 => runs.save_in_background_with(step, &metrics, &state(step)),
                        _ => runs.save_with(step, &metrics, &state(step)),
                    }
                    .unwrap();
                    let (found, loaded) = runs.load_latest::<State>().unwrap();
                    assert_eq!(loaded, state(found));
                }
            });
        }
    });
    runs.wait().unwrap();
    runs.save_with(40, &[("loss", 99.0)], &state(40)).unwrap();
    assert_eq!(runs.steps().unwrap(), [17, 38, 39, 40]);
    assert_eq!(listing(dir.path()).len(), 4);
}

#[test]
fn after_a_kill_the_newest_whole_one_is_found_and_strays_are_swept() {
    let dir = temp_dir();
    let folder = dir.path().join("runs");
    let (mut last, mut strays) = (0, 0);
    for round in 0..40u64 {
        let mut saver = Command::new(env!("CARGO_BIN_EXE_saver"));
        let mut saver = saver.arg("checkpoints").arg(&folder).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(saver.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), format!("saved {}", last + 1), "goes on where the last one ended");
        thread::sleep(Duration::from_micros(round * 7919 % 9973));
        saver.kill().unwrap();
        saver.wait().unwrap();
        strays += listing(&folder).iter().filter(|name| name.starts_with('.')).count();

        let runs = Checkpoints::open(&folder).unwrap();
        let (step, found) = runs.load_latest::<State>().unwrap();
        assert_eq!(found, State { number: step, cells: vec![step; 50_000] });
        assert!(step > last, "{step} after {last}");
        assert!(runs.passed_over().is_empty());
        last = step;
        let names = listing(&folder);
        // Of the last, the best and the regular ones; one more where a kill came before its removal.
        assert!(names.len() <= 4 + last as usize / 100, "{names:?}");
        if cfg!(target_os = "linux") {
            assert!(names.iter().all(|name| name.starts_with("step-")), "{names:?}");
        }
    }
    assert!(strays > 0, "no kill hit a save");
}

#[test]
fn what_is_being_written_is_no_stray() {
    let dir = temp_dir();
    let runs = Checkpoints::open(dir.path()).unwrap();
    let mut writer = NpzWriter::create(runs.path(1)).unwrap();
    writer.add("number", &1u64).unwrap();
    let again = Checkpoints::open(dir.path()).unwrap();
    again.save(2, &state(2)).unwrap();
    writer.add("cells", &vec![1u64]).unwrap();
    writer.finish().unwrap();
    assert_eq!(runs.steps().unwrap(), [1, 2]);
    assert_eq!(State::load(runs.path(1)).unwrap().cells, [1]);
    assert_eq!(listing(dir.path()).len(), 2);
}
