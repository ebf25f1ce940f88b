//! Files, names and folders that are as bad as they can be, and still cost little and are told as they are.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use npz_core::{ErrorKind, Npz, NpzReader};

/// A folder that may be written but not read, as a user whom permissions hold for.
#[cfg(unix)]
mod folders {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::Command;

    use npz_core::NpzReader;
    use tests::temp_dir;

    const NOBODY: u32 = 65534;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_save_into_a_folder_that_can_not_be_read_is_a_save() {
        let dir = temp_dir();
        let is_root = fs::metadata(dir.path()).unwrap().uid() == 0;
        let (folder, saver) = (dir.path().join("drop"), dir.path().join("saver"));
        fs::create_dir(&folder).unwrap();
        // The target folder may lie where others than its owner can't go.
        fs::copy(env!("CARGO_BIN_EXE_saver"), &saver).unwrap();
        set_mode(dir.path(), 0o755);
        if is_root {
            chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        set_mode(&folder, 0o333);
        let run = |command: &mut Command| {
            if is_root {
                command.uid(NOBODY).gid(NOBODY);
            }
            command.output().unwrap()
        };
        let listed = run(Command::new("ls").arg(&folder));
        assert!(!listed.status.success(), "the permissions hold for the one who saves");
        for mode in ["once", "writer", "once"] {
            let path = folder.join(format!("{mode}.npz"));
            let output = run(Command::new(&saver).arg(mode).arg(&path).arg("10"));
            assert!(output.status.success(), "{mode}: {}", String::from_utf8_lossy(&output.stdout));
        }
        set_mode(&folder, 0o777);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "no temporary file is left");
        for mode in ["once", "writer"] {
            let npz = NpzReader::open(folder.join(format!("{mode}.npz"))).unwrap();
            assert_eq!(npz.get::<Vec<u64>>("cells").unwrap(), [1; 10]);
        }
        // What may not be written either is an error as before.
        set_mode(&folder, 0o555);
        let output = run(Command::new(&saver).args(["once"]).arg(folder.join("new.npz")).arg("10"));
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("Io: "));
        set_mode(&folder, 0o777);
    }
}

/// The places of the end record's fields, from its start.
const COUNTS: [usize; 2] = [8, 10];

fn archive_of_two() -> Vec<u8> {
    std::collections::BTreeMap::from([("a".to_owned(), 1u8), ("b".to_owned(), 2)]).to_bytes().unwrap()
}

#[test]
fn an_archive_whose_directory_has_no_bytes_but_members_is_damaged() {
    #[derive(Npz, Debug)]
    struct Optional {
        #[npz(rename = "a")]
        _a: Option<u8>,
        #[npz(rename = "b")]
        _b: Option<u8>,
    }
    let mut bytes = archive_of_two();
    let end = bytes.len() - 22;
    bytes[end + 12..end + 16].fill(0);
    for counts in [[2, 2], [2, 0], [0, 2]] {
        COUNTS.iter().zip(counts).for_each(|(place, count)| bytes[end + place] = count);
        let error = Optional::from_bytes(&bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
        assert!(error.to_string().contains("counts 2 members, and claims 0 bytes"), "{error}");
    }
    // A count that is wrong alone is passed over, as Python's zipfile does.
    let mut bytes = archive_of_two();
    COUNTS.iter().for_each(|place| bytes[end + place] = 7);
    let dir = tests::temp_dir();
    std::fs::write(dir.path().join("x.npz"), &bytes).unwrap();
    let pythons = tests::python(dir.path(), "print(sorted(np.load('x.npz')), end='')");
    assert_eq!(pythons, "['a', 'b']");
    assert_eq!(NpzReader::from_bytes(&bytes).unwrap().names().collect::<Vec<_>>(), ["a", "b"]);
}
