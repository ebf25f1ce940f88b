//! A process that loads and saves text, for tests that compare with NumPy: one request a line, one answer a line, as JSON.
//!
//! A request: `{"do": "loadtxt", "source": {"path" | "bytes" | "lines": ..}, "options": {..}, "columns": bool, "mask": bool}`, with NumPy's
//! options; bytes are hexadecimal. An answer: `{"arrays": [npy, ..], "lines": n, "warnings": [..]}`, `{"text": ..}` or
//! `{"error": ..}`. Before it there may be questions, `{"convert": [number of the converter, text]}`, which a line answers: `{"text": ..}`
//! or `{"error": ..}`.

use std::cell::RefCell;
use std::io::Write;
use std::sync::Mutex;

use npz_core::{AnyArray, DType, Error, Result, npy};
use npz_text::{Column, Delimiter, Encoding, Formats, GenFromTxt, Infer, LoadTxt, NameCase, Names, SaveTxt};
use serde_json::{Value, json};

/// Loads what a request asks for.
macro_rules! fetch {
    ($load:expr, $request:expr, $lines:expr) => {{
        let source = &$request["source"];
        let load = $load;
        macro_rules! by {
            ($kind:ty) => {
                if let Some(path) = source["path"].as_str() {
                    load.load::<$kind>(path)
                } else if let Some(bytes) = source["bytes"].as_str() {
                    load.read::<$kind>(&unhex(bytes)[..])
                } else {
                    let given = texts(&source["lines"]);
                    let count = std::sync::atomic::AtomicUsize::new(0);
                    let all = given.iter().inspect(|_| {
                        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    });
                    let loaded = load.read_lines::<$kind, _>(all);
                    $lines.replace(count.into_inner());
                    loaded
                }
            };
        }
        if $request["columns"] == true {
            by!(Vec<AnyArray>)?
        } else if $request["mask"] == true {
            let (values, mask) = by!((AnyArray, AnyArray))?;
            vec![values, mask]
        } else {
            vec![by!(AnyArray)?]
        }
    }};
}
fn main() {
    while let Some(request) = hear() {
        let answer = request.and_then(|request| answer(&request)).unwrap_or_else(
            |error| json!({ "error": error.to_string(), "kind": format!("{:?}", error.kind()) }),
        );
        if say(&answer).is_err() {
            return;
        }
    }
}

/// The next line; `None` at the end.
fn hear() -> Option<Result<Value>> {
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(serde_json::from_str(&line).map_err(Error::custom)),
    }
}

fn say(value: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    out.flush()
}

/// Has a function of Python convert a text.
fn convert(number: usize, text: &str) -> std::result::Result<String, String> {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().map_err(|error| error.to_string())?;
    say(&json!({ "convert": [number, text] })).map_err(|error| error.to_string())?;
    let answer = hear().ok_or("no answer")?.map_err(|error| error.to_string())?;
    match answer["text"].as_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(answer["error"].to_string()),
    }
}

/// The converters of a request, `[column or null, ..]`, set as options.
macro_rules! converters {
    ($load:expr, $value:expr) => {
        $value.as_array().into_iter().flatten().enumerate().try_fold($load, |load, (number, place)| {
            let convert = move |text: &str| convert(number, text);
            Ok::<_, Error>(match place {
                Value::Null => load.converter(.., convert),
                place => load.converter(column(place)?, convert),
            })
        })?
    };
}

fn bad(what: &str, found: &Value) -> Error {
    Error::custom(format!("expected {what}, found {found}"))
}

fn text<'v>(value: &'v Value, what: &str) -> Result<&'v str> {
    value.as_str().ok_or_else(|| bad(what, value))
}

fn count(value: &Value, what: &str) -> Result<usize> {
    value.as_u64().map(|count| count as usize).ok_or_else(|| bad(&format!("a count for `{what}`"), value))
}

fn texts(value: &Value) -> Vec<String> {
    let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    value.as_array().map_or_else(|| vec![one(value)], |values| values.iter().map(one).collect())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| b"0123456789abcdef"[usize::from(value)] as char;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or(0) as u8;
    text.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn encoding(value: &Value) -> Result<Encoding> {
    Ok(match text(value, "an encoding")?.to_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" => Encoding::Utf8,
        "utf-8-sig" => Encoding::Utf8Sig,
        "ascii" => Encoding::Ascii,
        "latin1" | "latin-1" => Encoding::Latin1,
        "utf-16" => Encoding::Utf16,
        "utf-16-le" => Encoding::Utf16Le,
        "utf-16-be" => Encoding::Utf16Be,
        "utf-32" => Encoding::Utf32,
        "utf-32-le" => Encoding::Utf32Le,
        "utf-32-be" => Encoding::Utf32Be,
        other => return Err(Error::custom(format!("no encoding {other}"))),
    })
}

fn column(value: &Value) -> Result<Column> {
    match (value.as_i64(), value.as_str()) {
        (Some(index), _) => Ok(Column::from(index as isize)),
        (_, Some(name)) => Ok(Column::from(name)),
        _ => Err(bad("a column", value)),
    }
}

fn delimiter(value: &Value) -> Result<Delimiter> {
    match value {
        Value::String(text) => Ok(text.as_str().into()),
        Value::Array(widths) => {
            Ok(widths.iter().map(|width| count(width, "delimiter")).collect::<Result<Vec<_>>>()?.into())
        }
        width => Ok(count(width, "delimiter")?.into()),
    }
}

fn one_char(value: &Value, what: &str) -> Result<char> {
    let mut chars = text(value, what)?.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(c),
        _ => Err(bad(&format!("one character for `{what}`"), value)),
    }
}

fn answer(request: &Value) -> Result<Value> {
    let null = Value::Null;
    let empty = serde_json::Map::new();
    let options = request["options"].as_object().unwrap_or(&empty);
    let set = options.iter().filter(|(_, value)| **value != null || matches!(value, Value::Bool(_)));
    let warnings = Mutex::new(Vec::new());
    let warn = |message: &str| {
        if let Ok(mut warnings) = warnings.lock() {
            warnings.push(message.to_owned());
        }
    };
    let lines = RefCell::new(0);
    let comments =
        options.get("comments").map(|value| if value.is_null() { Vec::new() } else { texts(value) });
    let arrays = match text(&request["do"], "what to do")? {
        "savetxt" => return save(request, options),
        "loadtxt" => {
            let mut load = LoadTxt::new().on_warning(warn);
            if let Some(comments) = &comments {
                load = load.comments(comments.iter().map(String::as_str));
            }
            for (name, value) in set {
                load = match name.as_str() {
                    "comments" => load,
                    "dtype" => load.dtype(DType::parse(text(value, "a dtype")?)?),
                    "delimiter" => load.delimiter(one_char(value, name)?),
                    "quotechar" => load.quotechar(one_char(value, name)?),
                    "skiprows" => load.skip_rows(count(value, name)?),
                    "max_rows" => load.max_rows(count(value, name)?),
                    "ndmin" => load.ndmin(count(value, name)?),
                    "usecols" => {
                        let columns = value.as_array().ok_or_else(|| bad("columns", value))?;
                        load.usecols(columns.iter().map(column).collect::<Result<Vec<_>>>()?)
                    }
                    "encoding" => load.encoding(encoding(value)?),
                    "threads" => load.threads(count(value, name)?),
                    "converters" => converters!(load, value),
                    other => return Err(Error::custom(format!("no option {other}"))),
                };
            }
            fetch!(load, request, lines)
        }
        _ => {
            let mut load = GenFromTxt::new().on_warning(warn);
            if let Some(comments) = &comments {
                load = load.comments(comments.first().map(String::as_str));
            }
            for (name, value) in set {
                load = match name.as_str() {
                    "comments" => load,
                    "dtype" if value == "infer" => load.dtype(Infer),
                    "dtype" => load.dtype(DType::parse(text(value, "a dtype")?)?),
                    "delimiter" => load.delimiter(delimiter(value)?),
                    "skip_header" => load.skip_header(count(value, name)?),
                    "skip_footer" => load.skip_footer(count(value, name)?),
                    "max_rows" => load.max_rows(count(value, name)?),
                    "ndmin" => load.ndmin(count(value, name)?),
                    "usecols" => {
                        let columns = value.as_array().ok_or_else(|| bad("columns", value))?;
                        load.usecols(columns.iter().map(column).collect::<Result<Vec<_>>>()?)
                    }
                    "encoding" => load.encoding(encoding(value)?),
                    "threads" => load.threads(count(value, name)?),
                    "converters" => converters!(load, value),
                    "names" => load.names(match value {
                        Value::Bool(first) => Names::from(*first),
                        Value::String(names) => Names::from(names.as_str()),
                        names => Names::from(texts(names)),
                    }),
                    "excludelist" => load.excludelist(texts(value).iter().map(String::as_str)),
                    "deletechars" => load.deletechars(text(value, name)?),
                    "replace_space" => load.replace_space(text(value, name)?),
                    "defaultfmt" => load.defaultfmt(text(value, name)?),
                    "autostrip" => load.autostrip(*value == true),
                    "loose" => load.loose(*value == true),
                    "invalid_raise" => load.invalid_raise(*value == true),
                    "case_sensitive" => load.case_sensitive(match value {
                        Value::Bool(keep) => NameCase::from(*keep),
                        case if *case == "lower" => NameCase::Lower,
                        _ => NameCase::Upper,
                    }),
                    // `[[column or null, texts], ..]`
                    "missing_values" => {
                        value.as_array().into_iter().flatten().try_fold(load, |load, pair| {
                            let values = texts(&pair[1]);
                            let values = values.iter().map(String::as_str);
                            Ok::<_, Error>(match &pair[0] {
                                Value::Null => load.missing_values(.., values),
                                place => load.missing_values(column(place)?, values),
                            })
                        })?
                    }
                    "filling_values" => {
                        value.as_array().into_iter().flatten().try_fold(load, |load, pair| {
                            let fill = pair[1].as_str().map_or_else(|| pair[1].to_string(), str::to_owned);
                            Ok::<_, Error>(match &pair[0] {
                                Value::Null => load.filling_values(.., fill),
                                place => load.filling_values(column(place)?, fill),
                            })
                        })?
                    }
                    other => return Err(Error::custom(format!("no option {other}"))),
                };
            }
            fetch!(load, request, lines)
        }
    };
    let arrays = arrays
        .iter()
        .map(|array| {
            let mut bytes = Vec::new();
            npy::write(&mut bytes, array)?;
            Ok(hex(&bytes))
        })
        .collect::<Result<Vec<_>>>()?;
    let warnings = warnings.into_inner().unwrap_or_default();
    Ok(json!({ "arrays": arrays, "lines": lines.into_inner(), "warnings": warnings }))
}

fn save(request: &Value, options: &serde_json::Map<String, Value>) -> Result<Value> {
    let array = npy::read::<AnyArray>(&unhex(text(&request["array"], "an array")?)[..])?;
    let mut save = SaveTxt::new();
    for (name, value) in options {
        save = match name.as_str() {
            "fmt" => save.format(match value {
                Value::String(format) => Formats::from(format.as_str()),
                Value::Array(_) => Formats::from(texts(value)),
                other => return Err(bad("a format", other)),
            }),
            "delimiter" => save.delimiter(text(value, name)?),
            "newline" => save.newline(text(value, name)?),
            "header" => save.header(text(value, name)?),
            "footer" => save.footer(text(value, name)?),
            "comments" => save.comments(text(value, name)?),
            "encoding" if value.is_null() => save,
            "encoding" => save.encoding(encoding(value)?),
            "threads" => save.threads(count(value, name)?),
            other => return Err(Error::custom(format!("no option {other}"))),
        };
    }
    if let Some(path) = request["path"].as_str() {
        save.save(path, &array)?;
        return Ok(json!({ "text": "" }));
    }
    let mut bytes = Vec::new();
    save.write(&mut bytes, &array)?;
    Ok(json!({ "text": hex(&bytes) }))
}
