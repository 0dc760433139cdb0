//! The log loss of logits.

/// ln Σ exp(scale · logit), without overflow.
pub fn log_sum_exp(logits: &[f32], scale: f64) -> f64 {
    let most = logits.iter().fold(f64::NEG_INFINITY, |most, &logit| most.max(f64::from(logit) * scale));
    most + logits.iter().map(|&logit| (f64::from(logit) * scale - most).exp()).sum::<f64>().ln()
}

/// −ln of the probability of the true class, which softmax of the scaled logits gives. Not clipped, other than
/// scikit-learn's `log_loss`, which goes no further than 36.04.
pub fn log_loss(logits: &[f32], scale: f64, truth: u32) -> f64 {
    log_sum_exp(logits, scale) - f64::from(logits[truth as usize]) * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_is_the_logarithm_of_the_probability_whatever_its_size() {
        // softmax(0, ln 3) = (1/4, 3/4)
        assert!((log_loss(&[0.0, 3f32.ln()], 1.0, 0) - 4f64.ln()).abs() < 1e-7);
        assert_eq!(log_loss(&[0.0, 1e6], 1.0, 0), 1e6);
        assert_eq!(log_loss(&[-1e30, 1e30], 100.0, 1), 0.0);
    }
}
