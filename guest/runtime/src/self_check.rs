//! Every fast kernel against its specification, on random shapes.

mod conv;
mod depthwise;
mod linear;
mod quantized;
mod random;
mod unary;

use random::Random;

/// Compares every fast kernel, for every instruction set that this machine has, with its scalar version on random
/// shapes and values.
///
/// # Errors
/// The first case that differs.
pub fn self_check(seed: u64) -> Result<(), String> {
    let mut random = Random::new(seed);
    for _ in 0..100 {
        conv::check(&mut random)?;
        depthwise::check(&mut random)?;
        quantized::check(&mut random)?;
        linear::check(&mut random)?;
        unary::check(&mut random)?;
    }
    Ok(())
}

/// Whether every value is within `tolerance` of the expected one, relative where that is above 1.
fn compare(what: impl Fn() -> String, found: &[f32], expected: &[f32], tolerance: f32) -> Result<(), String> {
    for (i, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let close = (found - expected).abs() <= tolerance * expected.abs().max(1.0);
        if !(close || found == expected || (found.is_nan() && expected.is_nan())) {
            return Err(format!("{}: element {i} is {found}, not {expected}", what()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn fast_kernels_agree_with_their_specifications() {
        for seed in 0..2 {
            super::self_check(seed).unwrap();
        }
    }
}
