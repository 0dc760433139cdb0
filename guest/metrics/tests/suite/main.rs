//! Figures are those of scikit-learn.

mod intervals;
mod report;
mod scikit_learn;
