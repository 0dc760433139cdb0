//! The file of a number.

use crate::corpus::Corpus;
use maasm_tests::mutation::{self, bytes};
use maasm_tests::onnx::encode;
use maasm_tests::random::Random;

/// The bytes of a file; the same seed, number and corpus give the same.
pub fn file(corpus: &Corpus, seed: u64, number: u64) -> Vec<u8> {
    let mut random = Random::new(Random::new(seed).bits() ^ Random::new(number).bits());
    let models = &corpus.models;
    let mut model = models[random.below(models.len())].clone();
    let donor = &models[random.below(models.len())];
    match random.below(12) {
        0 => return bytes::mutated(&encode(&model), &mut random),
        1 => {
            mutation::mutate(&mut model, donor, &mut random);
            return bytes::mutated(&encode(&model), &mut random);
        }
        _ => mutation::mutate(&mut model, donor, &mut random),
    }
    encode(&model)
}
