//! Two servers side by side.

use super::Settings;
use super::measure::Measured;

/// The middle of the values, and the lowest and the highest.
fn middle(values: &[f64]) -> (f64, f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (sorted[sorted.len() / 2], sorted[0], sorted[sorted.len() - 1])
}

/// The table, with what it says of itself.
pub fn markdown(settings: &Settings, few: &Measured, many: &Measured) -> String {
    let Settings { versions, networks, .. } = settings;
    let mut text = format!(
        "# Results of `cargo xtask scale`\n\n\
         One server with 1 version beside one with {versions}, of which {networks} are a small network and the others \
         components made by hand. Medians, in brackets from the lowest to the highest; the two servers took turns, \
         {} starts each.\n\n\
         | | 1 version | {versions} versions | ratio |\n|---|---:|---:|---:|\n",
        few.start.len()
    );
    let rows = [
        ("from the program's start to the first answer", "ms", [&few.start, &many.start]),
        ("memory before anything is asked", "MiB", [&few.memory, &many.memory]),
        ("first request to a random version, its code on disk", "ms", [&few.first, &many.first]),
        ("first request to a random version, which is compiled", "ms", [&few.compiled, &many.compiled]),
        ("one more request to it", "ms", [&few.warm, &many.warm]),
    ];
    for (what, unit, values) in rows {
        let [(few, few_low, few_high), (many, many_low, many_high)] = values.map(|values| middle(values));
        let ratio = many / few;
        text += &format!(
            "| {what}, {unit} | {few:.1} ({few_low:.1}–{few_high:.1}) | {many:.1} ({many_low:.1}–{many_high:.1}) \
             | {ratio:.2} |\n"
        );
    }
    text
}
