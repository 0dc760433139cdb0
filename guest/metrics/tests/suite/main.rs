//! Figures are those of scikit-learn.

mod report;
mod scikit_learn;
