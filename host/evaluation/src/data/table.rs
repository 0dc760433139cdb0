//! Tables that say of each file what is true of it: CSV, TSV and JSON lines.

use super::{DataError, Truth};
use crate::text::{self, NotText};
use serde_json::{Map, Value};
use std::fmt::Display;

/// What a table says of one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The file, as seen from the table.
    pub file: String,
    /// What the sample is called.
    pub name: String,
    /// What is true of it.
    pub truth: Truth,
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Values between these bytes; the first line names the columns.
    Separated(u8),
    /// A JSON object in each line.
    JsonLines,
}

/// What the column is called that names the file.
const FILE: [&str; 5] = ["file", "path", "file_name", "filename", "image"];
/// … that tells the class.
const LABEL: [&str; 2] = ["label", "class"];
/// … that tells numbers.
const TARGET: [&str; 1] = ["target"];
/// … that names the sample, where the file's name would not do.
const NAME: [&str; 2] = ["name", "id"];

impl Form {
    /// By the ending of its name.
    pub fn of(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Separated(b',')),
            "tsv" => Some(Self::Separated(b'\t')),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// Reads the table of this name.
pub fn read(bytes: &[u8], table: &str) -> Result<Vec<Row>, DataError> {
    let text = text::decode(bytes).map_err(|error| match error {
        NotText::Encoding(_) => wrong(table, 1, error),
        NotText::Bytes { line } => wrong(table, line, error),
    })?;
    let bytes = text.as_bytes();
    match Form::of(table) {
        Some(Form::Separated(separator)) => separated(bytes, table, separator),
        _ => json_lines(bytes, table),
    }
}

fn separated(bytes: &[u8], table: &str, separator: u8) -> Result<Vec<Row>, DataError> {
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::All).from_reader(bytes);
    let told = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        wrong(table, line, error)
    };
    let columns = reader.headers().map_err(told)?.clone();
    let column = |names: &[&str]| columns.iter().position(|column| is(names, column));
    let (file, label, target, name) = (column(&FILE), column(&LABEL), column(&TARGET), column(&NAME));
    if file.is_none() || (label.is_none() && target.is_none()) {
        let found = columns.iter().collect::<Vec<_>>().join(", ");
        let reason = format!("the columns are {found}; needed are `file` and `label` (or `target`)");
        return Err(wrong(table, 1, reason));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(told)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |column: Option<usize>| column.and_then(|column| record.get(column)).filter(|text| !text.is_empty());
        let file = cell(file).ok_or_else(|| wrong(table, line, "no file is named"))?;
        let truth = match (cell(label), cell(target)) {
            (Some(label), None) => Truth::Class(label.to_owned()),
            (None, Some(target)) => {
                let target = serde_json::from_str(target).ok().and_then(|value: Value| numbers(&value));
                let reason = "the target is neither a number nor a JSON list of numbers";
                Truth::Numbers(target.ok_or_else(|| wrong(table, line, reason))?)
            }
            _ => return Err(wrong(table, line, "tell either a label or a target")),
        };
        let name = cell(name).unwrap_or(file).to_owned();
        rows.push(Row { file: file.to_owned(), name, truth });
    }
    Ok(rows)
}

fn json_lines(bytes: &[u8], table: &str) -> Result<Vec<Row>, DataError> {
    let mut rows = Vec::new();
    for (line, bytes) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let object: Map<String, Value> = serde_json::from_slice(bytes).map_err(|error| wrong(table, line, error))?;
        let find = |names: &[&str]| object.iter().find(|(key, _)| is(names, key)).map(|(_, value)| value);
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let Some(file) = find(&FILE).and_then(text) else { return Err(wrong(table, line, "no `file` is named")) };
        let truth = match (find(&LABEL), find(&TARGET)) {
            (Some(Value::String(label)), None) => Truth::Class(label.clone()),
            (Some(Value::Number(index)), None) if index.is_u64() => Truth::Class(index.to_string()),
            (Some(_), None) => return Err(wrong(table, line, "the label is neither a text nor an index")),
            (None, Some(target)) => {
                let reason = "the target is neither a number nor a list of numbers";
                Truth::Numbers(numbers(target).ok_or_else(|| wrong(table, line, reason))?)
            }
            _ => return Err(wrong(table, line, "tell either a `label` or a `target`")),
        };
        let name = find(&NAME).and_then(text).unwrap_or_else(|| file.clone());
        rows.push(Row { file, name, truth });
    }
    Ok(rows)
}

fn is(names: &[&str], column: &str) -> bool {
    names.iter().any(|name| column.eq_ignore_ascii_case(name))
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    let numbers = match value {
        Value::Array(values) => values.iter().map(Value::as_f64).collect::<Option<Vec<_>>>()?,
        value => vec![value.as_f64()?],
    };
    (!numbers.is_empty()).then_some(numbers)
}

fn wrong(table: &str, line: u64, reason: impl Display) -> DataError {
    DataError::Table { table: table.into(), line, reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(file: &str, name: &str, label: &str) -> Row {
        Row { file: file.into(), name: name.into(), truth: Truth::Class(label.into()) }
    }

    #[test]
    fn tables_of_every_form_say_the_same() {
        let rows = [class("a, b.jpg", "a, b.jpg", "7"), class("c.jpg", "x", "tabby")];
        let csv = "\u{feff}Label,File,name\n7,\"a, b.jpg\",\ntabby,c.jpg,x\n";
        assert_eq!(read(csv.as_bytes(), "t.csv").unwrap(), rows);
        assert_eq!(read(b"class\tpath\tid\n7\ta, b.jpg\t\ntabby\tc.jpg\tx\n", "t.TSV").unwrap(), rows);
        let lines =
            "{\"file_name\":\"a, b.jpg\",\"label\":7}\r\n\n{\"image\":\"c.jpg\",\"label\":\"tabby\",\"name\":\"x\"}";
        assert_eq!(read(lines.as_bytes(), "t.jsonl").unwrap(), rows);
    }

    #[test]
    fn truths_may_be_numbers() {
        let numbers = |numbers: &[f64]| Truth::Numbers(numbers.to_vec());
        let csv = read(b"file,target\na,1.5\nb,\"[1, -2]\"\n", "t.csv").unwrap();
        assert_eq!(csv.into_iter().map(|row| row.truth).collect::<Vec<_>>(), [numbers(&[1.5]), numbers(&[1.0, -2.0])]);
        let lines = read(b"{\"file\":\"a\",\"target\":[0.25]}", "t.jsonl").unwrap();
        assert_eq!(lines[0].truth, numbers(&[0.25]));
    }

    #[test]
    fn what_makes_no_sense_is_told_by_its_line() {
        let told = |text: &str, table: &str| read(text.as_bytes(), table).unwrap_err().to_string();
        let columns = "t.csv, line 1: the columns are a, b; needed are `file` and `label` (or `target`)";
        assert_eq!(told("a,b\n1,2\n", "t.csv"), columns);
        assert_eq!(told("file,label\na,1\n,2\n", "t.csv"), "t.csv, line 3: no file is named");
        assert_eq!(told("file,label\na,\n", "t.csv"), "t.csv, line 2: tell either a label or a target");
        let no_number = "t.csv, line 2: the target is neither a number nor a JSON list of numbers";
        assert_eq!(told("file,target\na,x\n", "t.csv"), no_number);
        let utf_16: Vec<u8> = "\u{feff}file,label".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encoded = "t.csv, line 1: the text is encoded as UTF-16 (little-endian); save it as UTF-8";
        assert_eq!(read(&utf_16, "t.csv").unwrap_err().to_string(), encoded);
        assert!(told("file,label\na,1,2\n", "t.csv").starts_with("t.csv, line 2: "));
        assert!(told("{\"file\":\"a\"\n", "t.jsonl").starts_with("t.jsonl, line 1: "));
        let lacks = "t.jsonl, line 2: the label is neither a text nor an index";
        assert_eq!(told("\n{\"file\":\"a\",\"label\":-1}", "t.jsonl"), lacks);
    }
}
