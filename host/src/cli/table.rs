//! Text in columns.

/// A name may come from a stranger and hold what moves the cursor or colours the terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Rows with their columns side by side, numbers to the right; columns without content are left out.
pub(super) fn aligned<const N: usize>(rows: Vec<[String; N]>, right: [bool; N]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let cell = |row: &[String; N], column: usize| {
        let (cell, width) = (printable(&row[column]), widths[column]);
        if right[column] { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
    };
    let shown: Vec<usize> = (0..N).filter(|&column| widths[column] > 0).collect();
    let joined = |row: &[String; N]| shown.iter().map(|&column| cell(row, column)).collect::<Vec<_>>().join("  ");
    rows.iter().map(|row| joined(row).trim_end().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_table_cannot_steer_the_terminal() {
        assert_eq!(aligned(vec![["\r", "x"].map(String::from)], [false; 2]), ["\u{fffd}  x"]);
    }
}
