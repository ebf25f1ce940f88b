//! What a save is asked for beside the bytes: a new file only, a look at what was written, word of how far it is.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use ndarray::{Array1, Array2, ShapeBuilder};
use npz_core::{Cast, Compression, ErrorKind, Lazy, LoadOptions, Npz, NpzReader, SaveOptions, npy};
use tests::temp_dir;

#[derive(Npz, Debug, PartialEq)]
struct State {
    weights: Array2<f32>,
    counts: Vec<u16>,
    step: u64,
}

fn state() -> State {
    let cell = |(row, column)| ((row * 7919 + column * 104_729) % 65_521) as f32;
    State { weights: Array2::from_shape_fn((1000, 1100).f(), cell), counts: vec![7; 900_000], step: 3 }
}

/// What can't be compressed, and so is not held back until the end.
fn noise() -> Vec<u64> {
    let mut state = 1u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Some(state)
    };
    std::iter::from_fn(next).take(400_000).collect()
}

const ALL: [Compression; 4] =
    [Compression::Stored, Compression::Deflate(1), Compression::Deflate(9), Compression::Zstd(3)];

fn listing(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

type Told = Arc<Mutex<Vec<(u64, u64)>>>;

/// Notes what is told, and breaks off once more than a part of all is done.
fn note(told: &Told, most: f64) -> impl Fn(u64, u64) -> ControlFlow<()> + Send + Sync + 'static {
    let told = Arc::clone(told);
    move |done, all| {
        told.lock().unwrap().push((done, all));
        if done as f64 > most * all as f64 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Rising, and up to what there is.
#[track_caller]
fn check(told: &Told, all: std::ops::RangeInclusive<u64>) {
    let told = std::mem::take(&mut *told.lock().unwrap());
    assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 == pair[1].1), "{told:?}");
    let &(done, found) = told.last().unwrap();
    assert_eq!(done, found);
    assert!(all.contains(&found), "{found} of {all:?}");
    assert!(told.len() <= 1001, "{}", told.len());
    assert!(told.len() >= 3, "{told:?}");
}

#[test]
fn a_file_that_is_there_stays() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    let options = SaveOptions::new().create_new(true);
    options.save(&state(), &path).unwrap();
    let error = options.save(&State { step: 4, ..state() }, &path).unwrap_err();
    assert_eq!((error.kind(), error.file()), (ErrorKind::Io, Some(&*path)));
    assert!(error.to_string().contains("already"), "{error}");
    assert_eq!(options.save(&vec![1.0], &path).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(State::load(&path).unwrap().step, 3);
    // One that comes meanwhile stays as well.
    let other = dir.path().join("other.npz");
    let writer = options.create(&other).unwrap();
    fs::write(&other, b"theirs").unwrap();
    assert!(writer.finish().unwrap_err().to_string().contains("already"));
    assert_eq!(fs::read(&other).unwrap(), b"theirs");
    #[cfg(unix)]
    {
        let dangling = dir.path().join("dangling.npz");
        std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
        assert!(options.save(&state(), &dangling).is_err());
        fs::remove_file(dangling).unwrap();
    }
    assert_eq!(listing(dir.path()).len(), 2);
}

#[test]
fn of_many_that_want_a_new_file_one_gets_it() {
    let dir = temp_dir();
    let path = dir.path().join("run.npy");
    let saved: Vec<bool> = thread::scope(|scope| {
        let save = |cell: u64| {
            let path = &path;
            scope.spawn(move || {
                SaveOptions::new().create_new(true).sync(false).save(&vec![cell; 1000], path).is_ok()
            })
        };
        let threads: Vec<_> = (0..8).map(save).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(saved.iter().filter(|saved| **saved).count(), 1, "{saved:?}");
    let winner = saved.iter().position(|saved| *saved).unwrap() as u64;
    assert_eq!(npy::load::<Vec<u64>>(&path).unwrap(), vec![winner; 1000]);
    assert_eq!(listing(dir.path()).len(), 1);
}

#[test]
fn without_a_sync_the_bytes_are_the_same() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    let quick = SaveOptions::new().sync(false);
    quick.save(&state(), &path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), state().to_bytes().unwrap());
    quick.verify(true).save(&state().weights, &path).unwrap();
    assert_eq!(npy::load::<Array2<f32>>(&path).unwrap(), state().weights);
}

/// Flips a bit of the temporary file in a folder, `before_end` bytes before its end.
fn flip(folder: &Path, before_end: i64) {
    let temp =
        listing(folder).into_iter().find(|path| path.extension().is_some_and(|end| end == "tmp")).unwrap();
    let mut file = File::options().read(true).write(true).open(temp).unwrap();
    let at = file.seek(SeekFrom::End(-before_end)).unwrap();
    let mut byte = [0];
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[byte[0] ^ 4]).unwrap();
}

#[test]
fn what_the_disk_changed_is_noticed_before_the_old_file_goes() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    fs::write(&path, b"old").unwrap();
    for compression in ALL {
        for sync in [true, false] {
            let options = SaveOptions::new().compression(compression).sync(sync).verify(true);
            let mut writer = options.create(&path).unwrap();
            writer.add("noise", &noise()).unwrap();
            // Something that lies in the file by now.
            flip(dir.path(), 1000);
            let error = writer.finish().unwrap_err();
            assert_eq!(
                (error.kind(), error.file()),
                (ErrorKind::Damaged, Some(&*path)),
                "{compression:?} {error}"
            );
            assert!(error.to_string().contains("the old one stands"), "{error}");
            assert_eq!(fs::read(&path).unwrap(), b"old");
            assert_eq!(listing(dir.path()).len(), 1);
        }
    }
    // Without a look nobody knows.
    let mut writer = SaveOptions::new().create(&path).unwrap();
    writer.add("noise", &noise()).unwrap();
    flip(dir.path(), 1000);
    writer.finish().unwrap();
    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.get::<Vec<u64>>("noise").unwrap_err().kind(), ErrorKind::Damaged);
}

#[test]
fn an_array_that_the_disk_changed_is_noticed_too() {
    let dir = temp_dir();
    let path = dir.path().join("run.npy");
    let folder = dir.path().to_path_buf();
    let options = SaveOptions::new().verify(true).progress(move |done, all| {
        if done == all {
            flip(&folder, 1000);
        }
        ControlFlow::Continue(())
    });
    for array in [state().weights, state().weights.reversed_axes()] {
        let error = options.save(&array, &path).unwrap_err();
        assert_eq!((error.kind(), error.file()), (ErrorKind::Damaged, Some(&*path)), "{error}");
        assert!(listing(dir.path()).is_empty());
    }
}

#[test]
fn what_is_right_passes() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    for compression in ALL {
        let options = SaveOptions::new().compression(compression).verify(true);
        options.save(&state(), &path).unwrap();
        assert_eq!(State::load(&path).unwrap(), state());
        options.save(&std::collections::BTreeMap::<String, f64>::new(), &path).unwrap();
    }
    let views = [vec!["a".to_owned(), "ß".to_owned()], vec![]];
    for texts in &views {
        SaveOptions::new().verify(true).save(texts, &path).unwrap();
        assert_eq!(&npy::load::<Vec<String>>(&path).unwrap(), texts);
    }
    let strided = Array1::from_iter(0..100_000i32);
    SaveOptions::new().verify(true).save(&strided.slice(ndarray::s![..;3]), &path).unwrap();
}

#[test]
fn a_save_tells_how_far_it_is() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    let told = Told::default();
    let cells = 1000 * 1100 * 4 + 900_000 * 2 + 8;
    let bytes = cells..=cells + 3 * 128;
    for compression in ALL {
        for threads in [1, 0] {
            let options =
                SaveOptions::new().compression(compression).threads(threads).progress(note(&told, 2.0));
            options.save(&state(), &path).unwrap();
            check(&told, bytes.clone());
            options.to_bytes(&state()).unwrap();
            check(&told, bytes.clone());
            options.write_to(&state(), &mut Vec::new()).unwrap();
            check(&told, bytes.clone());
        }
    }
    let options = SaveOptions::new().progress(note(&told, 2.0));
    options.save(&state().weights, &path).unwrap();
    check(&told, 4_400_000..=4_400_000);
    options.to_bytes(&state().weights).unwrap();
    check(&told, 4_400_000..=4_400_000);
    // What is copied unread counts as it lies in the file.
    state().save(&path).unwrap();
    let lazy: Lazy<State> = LoadOptions::new().open(&path).unwrap().load().unwrap();
    options.save(&lazy, dir.path().join("copy.npz")).unwrap();
    check(&told, bytes);
}

#[test]
fn a_save_that_is_cancelled_changes_nothing() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    fs::write(&path, b"old").unwrap();
    let told = Told::default();
    for compression in ALL {
        for threads in [1, 0] {
            let options =
                SaveOptions::new().compression(compression).threads(threads).progress(note(&told, 0.4));
            let error = options.save(&state(), &path).unwrap_err();
            assert_eq!((error.kind(), error.file()), (ErrorKind::Cancelled, Some(&*path)));
            let (done, all) = *told.lock().unwrap().last().unwrap();
            assert!(done < all * 3 / 4, "{done} of {all}");
            assert_eq!(fs::read(&path).unwrap(), b"old");
            assert_eq!(listing(dir.path()).len(), 1);
            assert_eq!(options.to_bytes(&state()).unwrap_err().kind(), ErrorKind::Cancelled);
        }
    }
    let options = SaveOptions::new().progress(note(&told, 0.4));
    assert_eq!(options.save(&state().weights, &path).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(fs::read(&path).unwrap(), b"old");
}

#[test]
fn a_load_tells_how_far_it_is_and_can_be_cancelled() {
    #[derive(Npz, Debug)]
    struct Wider {
        weights: Array2<f64>,
        counts: Vec<u64>,
        step: u64,
    }
    let dir = temp_dir();
    let (path, single) = (dir.path().join("run.npz"), dir.path().join("run.npy"));
    npy::save(&single, &state().weights).unwrap();
    let told = Told::default();
    let cells = 1000 * 1100 * 4 + 900_000 * 2 + 8;
    for compression in ALL {
        SaveOptions::new().compression(compression).save(&state(), &path).unwrap();
        let bytes = fs::read(&path).unwrap();
        for threads in [1, 0] {
            let options = LoadOptions::new().threads(threads).progress(note(&told, 2.0));
            assert_eq!(options.load::<State>(&path).unwrap(), state());
            check(&told, cells..=cells);
            assert_eq!(options.from_bytes::<State>(&bytes).unwrap(), state());
            check(&told, cells..=cells);
            let wider = options.clone().cast(Cast::Safe).load::<Wider>(&path).unwrap();
            assert_eq!(
                (wider.weights[[1, 1]], wider.counts[0], wider.step),
                (state().weights[[1, 1]].into(), 7, 3)
            );
            check(&told, cells..=cells);
            assert_eq!(options.load::<Array2<f32>>(&single).unwrap(), state().weights);
            check(&told, 4_400_000..=4_400_000);
            assert!(options.verify(&single).unwrap().is_ok());
            check(&told, 4_400_000..=4_400_128);
            assert!(options.verify(&path).unwrap().is_ok());
            check(&told, cells..=cells + 3 * 128);

            let options = options.progress(note(&told, 0.4));
            let cancelled = |error: npz_core::Error| {
                assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
                let (done, all) = told.lock().unwrap().drain(..).next_back().unwrap();
                assert!(done <= all * 3 / 4, "{done} of {all}, {compression:?}, {threads}");
            };
            cancelled(options.load::<State>(&path).unwrap_err());
            cancelled(options.from_bytes::<State>(&bytes).unwrap_err());
            cancelled(options.load::<Wider>(&path).unwrap_err());
            cancelled(options.load::<Array2<f32>>(&single).unwrap_err());
        }
    }
}
