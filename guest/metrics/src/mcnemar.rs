//! Whether one classifier is better than another, or was only lucky.

/// McNemar's test (McNemar 1947), exact: how likely a split of the samples that only one of two classifiers gets right is
/// as uneven as `lost` against `won`, or more, if neither is better: the two-sided binomial test at one half. 1 where no
/// sample tells them apart.
pub fn mcnemar(lost: u64, won: u64) -> f64 {
    let (fewer, all) = (lost.min(won), lost + won);
    if 2 * fewer == all {
        return 1.0;
    }
    // Of the terms C(all, i) / 2^all, i = 0 … fewer, the last is the largest: the others are taken relative to it.
    let (mut sum, mut term) = (1.0, 1.0);
    for i in (1..=fewer).rev() {
        term *= i as f64 / (all - i + 1) as f64;
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    let logarithms = (1..=fewer).map(|i| ((all - fewer + i) as f64 / i as f64).ln());
    let largest = compensated(logarithms) - all as f64 * std::f64::consts::LN_2;
    (2.0 * largest.exp() * sum).min(1.0)
}

/// A sum that keeps what rounding takes away (Neumaier 1974).
fn compensated(terms: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0f64, 0.0);
    for term in terms {
        let total = sum + term;
        lost += if sum.abs() >= term.abs() { (sum - total) + term } else { (term - total) + sum };
        sum = total;
    }
    sum + lost
}
