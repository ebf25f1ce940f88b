//! The metrics of a checkpoint, in the comment of its archive: a JSON object of numbers, which no reader of arrays sees.

use std::fmt::Write;

use crate::error::{Error, Result};

/// What `json.loads(zipfile.ZipFile(path).comment)` makes a dict of.
pub(super) fn to_comment(metrics: &[(&str, f64)]) -> Result<String> {
    if metrics.is_empty() {
        return Ok(String::new());
    }
    let mut text = String::new();
    for (name, value) in metrics {
        if name.contains(|c: char| c == '"' || c == '\\' || c.is_control()) {
            return Err(Error::invalid(format!(
                "expected a metric's name without quotes, backslashes and control characters, found {name:?}"
            )));
        }
        let before = if text.is_empty() { "{" } else { ", " };
        let value = match value {
            value if value.is_nan() => "NaN".to_owned(),
            value if value.is_infinite() => format!("{}Infinity", if *value < 0.0 { "-" } else { "" }),
            value => format!("{value:?}"),
        };
        let _ = write!(text, "{before}\"{name}\": {value}");
    }
    text.push('}');
    if text.len() > usize::from(u16::MAX) {
        return Err(Error::invalid(
            "the metrics take more than 65535 bytes; save them as a field of the state",
        ));
    }
    Ok(text)
}

/// A metric of a comment. `None` for whatever else a comment says.
pub(super) fn find(comment: &[u8], metric: &str) -> Option<f64> {
    let text = std::str::from_utf8(comment).ok()?.trim();
    let mut rest = text.strip_prefix('{')?.strip_suffix('}')?;
    loop {
        let (name, after) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        let after = after.trim_start().strip_prefix(':')?;
        let (value, others) = after.split_once(',').unwrap_or((after, ""));
        if name == metric {
            return value.trim().parse().ok();
        }
        rest = others;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_found() {
        let metrics = [
            ("loss", 0.1),
            ("a, b: {c}", -1e-300),
            ("größte", f64::MAX),
            ("", f64::INFINITY),
            ("low", f64::NEG_INFINITY),
            ("zero", -0.0),
        ];
        let comment = to_comment(&metrics).unwrap();
        for (name, value) in metrics {
            assert_eq!(find(comment.as_bytes(), name), Some(value), "{comment}");
        }
        let nan = to_comment(&[("x", f64::NAN)]).unwrap();
        assert_eq!(nan, "{\"x\": NaN}");
        assert!(find(nan.as_bytes(), "x").unwrap().is_nan());
        assert_eq!(find(comment.as_bytes(), "los"), None);
        assert_eq!(to_comment(&[]).unwrap(), "");
    }

    #[test]
    fn other_comments_have_no_metrics() {
        for comment in
            ["", "{", "{}", "made by hand", "{\"loss\"}", "{\"loss\": \"low\"}", "{\"loss: 1}", "[1]"]
        {
            assert_eq!(find(comment.as_bytes(), "loss"), None, "{comment}");
        }
        assert_eq!(find(b"\xff", "loss"), None);
        // As `json.dumps` may space it.
        assert_eq!(find(b"{ \"a\":1,\n\"loss\" : 2e-3 }", "loss"), Some(0.002));
    }

    #[test]
    fn names_that_would_need_escapes_are_refused() {
        for name in ["a\"b", "a\\b", "a\nb"] {
            assert!(to_comment(&[(name, 0.0)]).is_err());
        }
        assert!(to_comment(&[(&"x".repeat(70_000), 0.0)]).is_err());
    }
}
