//! How numbers are written.

use crate::report::Estimate;

/// Where there is no figure.
pub const NONE: &str = "–";

/// The names that people read, and whether the figure is a share of 1. What is not listed is told by its own name.
const NAMES: [(&str, &str, bool); 20] = [
    ("accuracy", "Accuracy", true),
    ("top_5_accuracy", "Top-5 accuracy", true),
    ("balanced_accuracy", "Balanced accuracy", true),
    ("precision_macro", "Precision, macro", true),
    ("recall_macro", "Recall, macro", true),
    ("f1_macro", "F1, macro", true),
    ("precision_weighted", "Precision, weighted", true),
    ("recall_weighted", "Recall, weighted", true),
    ("f1_weighted", "F1, weighted", true),
    ("roc_auc_macro", "ROC AUC, one against the rest", true),
    ("average_precision_macro", "Average precision", true),
    ("cohen_kappa", "Cohen’s kappa", true),
    ("matthews_corrcoef", "Matthews correlation", true),
    ("expected_calibration_error", "Expected calibration error", true),
    ("log_loss", "Log loss", false),
    ("brier_score", "Brier score", false),
    ("mean_absolute_error", "Mean absolute error", false),
    ("root_mean_squared_error", "Root mean squared error", false),
    ("r2", "R²", false),
    ("cosine_similarity", "Cosine similarity", false),
];

/// Where a name comes in tables.
pub fn rank(name: &str) -> usize {
    NAMES.iter().position(|(known, ..)| *known == name).unwrap_or(NAMES.len())
}

/// The name that people read.
pub fn title(name: &str) -> &str {
    NAMES.iter().find(|(known, ..)| *known == name).map_or(name, |(_, title, _)| title)
}

/// Whether the page tells it: micro averages are the accuracy under other names.
pub fn is_told(name: &str) -> bool {
    !name.ends_with("_micro")
}

/// Whether the figure is a share of 1.
pub fn is_share(name: &str) -> bool {
    NAMES.iter().any(|(known, _, share)| *known == name && *share)
}

/// Whether less is better.
pub fn less_is_better(name: &str) -> bool {
    ["expected_calibration_error", "log_loss", "brier_score", "mean_absolute_error", "root_mean_squared_error"]
        .contains(&name)
}

/// A figure with four digits behind the point; fewer where it is large.
pub fn number(value: Option<f64>) -> String {
    match value {
        None => NONE.into(),
        Some(value) if value.abs() >= 1e6 => format!("{value:.3e}"),
        Some(value) if value.abs() >= 100.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.4}"),
    }
}

/// A share in hundredths.
pub fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.into(), |value| format!("{:.1}\u{a0}%", value * 100.0))
}

/// A difference with its sign.
pub fn difference(value: Option<f64>) -> String {
    let sign = |value: f64| if value < 0.0 { "−" } else { "+" };
    value.map_or_else(|| NONE.into(), |value| format!("{}{}", sign(value), number(Some(value.abs()))))
}

/// An interval, or nothing.
pub fn interval(estimate: &Estimate, write: fn(Option<f64>) -> String) -> String {
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!("{} to {}", write(Some(low)), write(Some(high))),
        _ => String::new(),
    }
}

/// A whole number with spaces between thousands.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| str::from_utf8(group).unwrap_or("")).collect();
    groups.join("\u{202f}")
}

/// Bytes.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes}\u{a0}B"),
        1024..1_048_576 => format!("{:.1}\u{a0}KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1}\u{a0}MiB", bytes as f64 / 1_048_576.0),
    }
}

/// Milliseconds.
pub fn milliseconds(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}\u{a0}ms") } else { format!("{value:.2}\u{a0}ms") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            (number(Some(0.90504)), number(Some(1234.5)), number(None)),
            ("0.9050".into(), "1234.5".into(), "–".into())
        );
        assert_eq!((difference(Some(-0.005)), difference(Some(0.0))), ("−0.0050".into(), "+0.0000".into()));
        assert_eq!((count(7), count(1_234_567)), ("7".into(), "1\u{202f}234\u{202f}567".into()));
        assert_eq!(
            (percent(Some(0.9049)), bytes(1 << 20), milliseconds(23.456)),
            ("90.5\u{a0}%".into(), "1.0\u{a0}MiB".into(), "23.46\u{a0}ms".into())
        );
    }
}
