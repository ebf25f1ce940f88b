//! What the docs say, for the tests that check it.

use std::path::PathBuf;

/// The text of a file of the repository.
///
/// # Panics
/// If it is not there.
pub fn source(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of the first table whose head begins with these columns: its columns each.
///
/// # Panics
/// If there is no such table.
pub fn table(text: &str, first: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches("///").trim());
    let mut lines = lines.skip_while(|line| !line.starts_with(first));
    assert!(lines.next().is_some(), "no table begins with {first:?}: update this test");
    let columns = |line: &str| -> Vec<String> {
        let inner = line.trim_start_matches('|').trim_end_matches('|');
        inner.split(" | ").map(|column| column.trim().to_owned()).collect()
    };
    lines.skip(1).take_while(|line| line.starts_with('|')).map(columns).collect()
}

/// What a column has in code, as it is read: without the marks that a table needs.
pub fn code(column: &str) -> Vec<String> {
    let plain =
        column.replace("<code>", "`").replace("</code>", "`").replace("&#124;", "|").replace("\\|", "|");
    plain.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The blocks of code of a Markdown page that are of one language: `""` for Rust that is run, `"python"`.
pub fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(found) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if found == language {
                blocks.push(block.join("\n") + "\n");
            }
        }
    }
    blocks
}
