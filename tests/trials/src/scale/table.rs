//! Two servers side by side.

use super::Settings;
use super::measure::Measured;

/// The middle of the values, and the lowest and the highest.
fn middle(values: &[f64]) -> (f64, f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (sorted[sorted.len() / 2], sorted[0], sorted[sorted.len() - 1])
}

/// What is measured, its unit, and where it is.
type Row = (&'static str, &'static str, fn(&Measured) -> &[f64]);

/// The table, with what it says of itself.
pub fn markdown(settings: &Settings, few: &Measured, many: &Measured) -> String {
    let Settings { versions, networks, rounds, .. } = settings;
    let mut text = format!(
        "# Results of `cargo xtask scale`\n\n\
         One server with 1 version beside one with {versions}, of which {networks} are a small network and the others \
         components made by hand. Medians, in brackets from the lowest to the highest; the two servers took turns, \
         {rounds} rounds.\n\n\
         | | 1 version | {versions} versions | ratio |\n|---|---:|---:|---:|\n"
    );
    let rows: [Row; 5] = [
        ("from the program's start to the first answer", "ms", |measured| &measured.start),
        ("memory before anything is asked", "MiB", |measured| &measured.memory),
        ("first request to a random version, its code on disk", "ms", |measured| &measured.first),
        ("first request to a random version, which is compiled", "ms", |measured| &measured.compiled),
        ("one more request to it", "ms", |measured| &measured.warm),
    ];
    for (what, unit, values) in rows {
        let [(few, few_low, few_high), (many, many_low, many_high)] = [few, many].map(|one| middle(values(one)));
        let ratio = many / few;
        text += &format!(
            "| {what}, {unit} | {few:.1} ({few_low:.1}–{few_high:.1}) | {many:.1} ({many_low:.1}–{many_high:.1}) | {ratio:.2} |\n"
        );
    }
    text
}
