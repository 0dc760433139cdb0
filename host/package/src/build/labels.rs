//! The classes' names, from a file with one a line.

use anyhow::{Result, bail};
use maasm_files::text;
use serde::de::IgnoredAny;
use std::path::Path;

/// What separates the columns of a table.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// The headings of a column with names.
const HEADINGS: [&str; 8] = ["label", "labels", "class", "classes", "name", "names", "class_name", "label_name"];

/// Reads the names, without empty lines at the end.
///
/// # Errors
/// If the file cannot be read, or is a JSON list or a table.
pub fn read(path: &Path) -> Result<Vec<String>> {
    let text = text::read(path)?;
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim).collect();
    let is_csv = path.extension().is_some_and(|ending| ending == "csv" || ending == "tsv");
    let form = match () {
        () if is_json(&text) => "JSON",
        () if is_table(&lines, is_csv) => "a table",
        () => return Ok(lines.into_iter().map(String::from).collect()),
    };
    bail!(
        "the labels {} are {form}; write the classes' names alone, one a line, in the order of the model's output",
        path.display()
    )
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['[', '{']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Whether lines are rows of a table, rather than names that have commas in them, as `tench, Tinca tinca`: one of the
/// columns counts the rows, or the file's name or a heading says so.
fn is_table(lines: &[&str], is_csv: bool) -> bool {
    let unquoted = |cell: &str| cell.trim().trim_matches('"').to_ascii_lowercase();
    let is_heading = |line: &str| line.split(SEPARATORS).any(|cell| HEADINGS.contains(&unquoted(cell).as_str()));
    let table = |separator: char| {
        let rows: Vec<Vec<String>> = lines.iter().map(|line| line.split(separator).map(unquoted).collect()).collect();
        if rows.iter().any(|row| row.len() < 2) {
            return false;
        }
        let body = if is_heading(lines[0]) { &rows[1..] } else { &rows };
        let counts = |number: fn(&Vec<String>) -> Option<&String>| {
            let number = |row| number(row).and_then(|cell| cell.parse::<usize>().ok());
            let first = body.first().and_then(number);
            body.len() > 1
                && first
                    .is_some_and(|first| first < 2 && body.iter().map(number).eq((first..first + body.len()).map(Some)))
        };
        is_csv || counts(|row| row.first()) || counts(|row| row.last())
    };
    let Some(first) = lines.first() else { return false };
    SEPARATORS.into_iter().any(table) || is_csv && is_heading(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_commas_and_digits_are_no_table() {
        for names in [&["tench, Tinca tinca", "goldfish, Carassius auratus"][..], &["0", "1", "2"], &["1,2-dioxane"]] {
            assert!(!is_table(names, false), "{names:?}");
        }
        assert!(!is_table(&["tench", "goldfish"], true), "a list by another name");
    }

    #[test]
    fn a_table_is_known_by_its_counting_column_its_heading_or_its_name() {
        for rows in [
            &["0,tench", "1,goldfish"][..],
            &["tench\t1", "goldfish\t2"],
            &["index;label", "0;tench", "1;goldfish"],
            &["\"0\",\"tench\"", "\"1\",\"goldfish\""],
        ] {
            assert!(is_table(rows, false), "{rows:?}");
        }
        assert!(is_table(&["tench,fish", "goldfish,fish"], true));
        assert!(is_table(&["label", "tench"], true));
    }
}
