//! Every link of the Markdown files leads somewhere: in the repository as it is read there, and in rustdoc.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tests::docs::source;

/// Link definitions for rustdoc, in front of the pages that it includes. They are no pages.
const FOR_RUSTDOC: [&str; 2] = ["npz-core/src/guide/links.md", "npz-core/src/guide/readme_links.md"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Markdown files of the repository, by their paths in it.
fn pages() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}{}", entry.file_name().to_str().unwrap());
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && path != "target" && path != ".git" {
                folders.push(path + "/");
            } else if kind.is_file()
                && Path::new(&path).extension().is_some_and(|end| end == "md")
                && !FOR_RUSTDOC.contains(&path.as_str())
            {
                found.push(path);
            }
        }
    }
    found
}

/// What a page links to.
#[derive(Default)]
struct Links {
    /// Targets that stand beside their text.
    inline: Vec<String>,
    /// Labels that have to be defined.
    labels: BTreeSet<String>,
    /// Targets by label. The first definition counts.
    defined: BTreeMap<String, String>,
}

/// The page without its blocks of code.
fn prose(page: &str) -> String {
    let mut is_code = false;
    let lines = page.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// How long the code is that a text begins with, its marks included; 0 if it is none.
fn code_len(text: &str) -> usize {
    let marks = text.len() - text.trim_start_matches('`').len();
    let end = text[marks..].find(&text[..marks]).filter(|_| marks > 0);
    end.map_or(0, |end| marks + end + marks)
}

/// What stands in the bracket that a text begins with.
fn bracket(text: &str) -> Option<&str> {
    let mut at = 1;
    loop {
        let rest = text.get(at..)?;
        match rest.chars().next()? {
            ']' => return Some(&text[1..at]),
            '`' => at += code_len(rest).max(1),
            c => at += c.len_utf8(),
        }
    }
}

fn links(page: &str) -> Links {
    let prose = prose(page);
    let (mut links, mut at) = (Links::default(), 0);
    while let Some(rest) = prose.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(text) = rest.starts_with('[').then(|| bracket(rest)).flatten() else {
            let len = if rest.starts_with('\\') { 2 } else { code_len(rest) };
            at += len.max(rest.chars().next().unwrap().len_utf8());
            continue;
        };
        let behind = &rest[text.len() + 2..];
        at += text.len() + 2;
        if let Some(target) = behind.strip_prefix('(') {
            links.inline.push(target.split(')').next().unwrap().to_owned());
        } else if behind.starts_with('[') {
            let label = bracket(behind).unwrap();
            links.labels.insert(label.to_owned());
            at += label.len() + 2;
        } else if let Some(target) =
            behind.strip_prefix(": ").filter(|_| prose[..at].ends_with(&format!("\n[{text}]")))
        {
            links.defined.entry(text.to_owned()).or_insert(target.lines().next().unwrap().to_owned());
        } else {
            links.labels.insert(text.to_owned());
        }
    }
    links
}

/// The anchors of a page's headings, as they are made in the repository's view of it; rustdoc makes the same.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for line in prose(page).lines().filter(|line| line.starts_with('#')) {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
        let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        assert!(anchors.insert(anchor), "two headings of one name: {line}");
    }
    anchors
}

/// What is wrong with a target, seen from a page of the repository.
fn problem(page: &str, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let file = match path {
        "" => root().join(page),
        path => root().join(page).parent().unwrap().join(path),
    };
    let Ok(file) = file.canonicalize() else { return Some("there is no such file".to_owned()) };
    if !file.starts_with(root().canonicalize().unwrap()) {
        return Some("it is outside of the repository".to_owned());
    }
    let is_there = |anchor| anchors(&fs::read_to_string(&file).unwrap()).contains(anchor);
    anchor.filter(|anchor| !is_there(*anchor)).map(|_| "there is no such heading".to_owned())
}

#[test]
fn every_link_of_the_repository_leads_somewhere() {
    let (mut seen, mut problems) = (0, Vec::new());
    for page in pages() {
        let links = links(&source(&page));
        let targets = links.inline.iter().chain(links.defined.values());
        for target in targets {
            problems.extend(problem(&page, target).map(|problem| format!("{page}: {target}: {problem}")));
            seen += 1;
        }
        let defined = links.defined.keys().cloned().collect();
        let without =
            links.labels.difference(&defined).map(|label| format!("{page}: [{label}] has no target"));
        let unused = defined.difference(&links.labels).map(|label| format!("{page}: [{label}]: is not used"));
        problems.extend(without.chain(unused));
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(seen > 80, "the test finds the links: {seen}");
}

/// A path in the repository is none in rustdoc, so such a link has another definition there.
#[test]
fn every_link_of_a_page_of_the_docs_has_a_target_in_rustdoc() {
    let [common, readme] = FOR_RUSTDOC.map(|path| links(&format!("\n{}", source(path))).defined);
    let (mut used, mut problems) = (BTreeSet::new(), Vec::new());
    for page in pages() {
        let is_readme = page == "README.md";
        if !is_readme && !page.starts_with("npz-core/src/") {
            continue;
        }
        let links = links(&source(&page));
        for target in links.inline.iter().filter(|target| !target.starts_with(['#', 'h'])) {
            problems.push(format!(
                "{page}: ({target}): give it a label, for which `links.md` has another target"
            ));
        }
        for label in links.labels {
            let is_known = common.contains_key(&label) || is_readme && readme.contains_key(&label);
            if !is_known {
                problems.push(format!("{page}: [{label}]: add it to {}", FOR_RUSTDOC[0]));
            }
            used.insert(label);
        }
    }
    let listed: BTreeSet<String> = common.keys().chain(readme.keys()).cloned().collect();
    problems.extend(listed.difference(&used).map(|label| format!("[{label}] is used by no page")));
    // Docs that are built here stand some folders below the repository.
    for target in common.values().chain(readme.values()).filter(|target| target.starts_with("../")) {
        let path = target.trim_start_matches("../");
        problems.extend(problem("README.md", path).map(|problem| format!("{target}: {problem}")));
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_page_of_a_guide_can_be_reached_from_the_first_page() {
    for (first, folder, least) in
        [("README.md", "npz-core/src", 8), ("npz-text/README.md", "npz-text/src", 4)]
    {
        let links = links(&source(first));
        let parent = Path::new(first).parent().unwrap();
        let is_guide = |page: &String| page.starts_with(&format!("{folder}/guide/"));
        let guide: Vec<String> = pages().into_iter().filter(is_guide).collect();
        assert!(guide.len() >= least, "{guide:?}");
        for page in &guide {
            let is_linked = links.defined.values().any(|target| parent.join(target) == Path::new(page));
            assert!(is_linked, "{page} is not linked");
            let name = Path::new(page).file_stem().unwrap().to_str().unwrap();
            let doc = format!("#[doc = include_str!(\"guide/{name}.md\")]\npub mod {name} {{}}");
            assert!(source(&format!("{folder}/guide.rs")).contains(&doc), "{page} is no page of the docs");
        }
    }
}
