//! What fuzzing kept, asked again.

use std::fs;
use std::path::Path;

/// Checks each file of the corpus of a target, and what it found wrong once.
pub fn replay(target: &str, check: fn(&[u8])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let mut count = 0;
    for folder in ["corpus", "regressions"] {
        let Ok(files) = fs::read_dir(root.join(folder).join(target)) else { continue };
        for path in files.flatten().map(|file| file.path()) {
            // Shown where the check fails.
            println!("{}", path.display());
            check(&fs::read(&path).unwrap_or_default());
            count += 1;
        }
    }
    assert!(count > 20, "{target}: {count} files");
}

#[cfg(test)]
mod tests {
    use super::replay;

    #[test]
    fn what_fuzzing_kept_is_right() {
        replay("encode", crate::fuzzing::encode);
        replay("decode", crate::fuzzing::decode);
        replay("inflate", crate::fuzzing::inflate);
    }
}
