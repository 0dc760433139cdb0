//! Why a model is not changed.

/// Why a model is not changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file holds no graph.
    #[error("the model has no graph; export it again")]
    NoGraph,
    /// Nodes that wait for each other.
    #[error("node {node:?} needs, in the end, its own result; the graph is corrupt")]
    Cycle {
        /// One of them.
        node: String,
    },
    /// A fraction that is none.
    #[error("the fraction {fraction} is not between 0 and 1; give one from 0 up to, but not, 1")]
    Fraction {
        /// What was given.
        fraction: f64,
    },
    /// Weights that are not f32.
    #[error("tensor {tensor:?} holds {found}, and only f32 weights can be changed; export the model in f32")]
    ElementType {
        /// The initialiser.
        tensor: String,
        /// Its element type, by ONNX's name.
        found: String,
    },
    /// A tensor whose data do not fit its shape, or whose shape does not fit its node.
    #[error("tensor {tensor:?} {why}; the model is corrupt")]
    Corrupt {
        /// The initialiser.
        tensor: String,
        /// What does not fit.
        why: String,
    },
    /// A weight that is no number.
    #[error(
        "tensor {tensor:?} holds {value} at position {position}; weights have to be finite, so train or export again"
    )]
    NotFinite {
        /// The initialiser.
        tensor: String,
        /// Counted in row-major order.
        position: usize,
        /// NaN or an infinity.
        value: f32,
    },
    /// No layer of the kind that the change is about.
    #[error("nothing can be {change}: {why}")]
    Nothing {
        /// What was to be done.
        change: &'static str,
        /// Why it cannot.
        why: String,
    },
    /// No classifier at the end.
    #[error(
        "no classifier head was found: {why}; the last layer has to be a Gemm, a MatMul or a 1×1 convolution with constant weights"
    )]
    NoHead {
        /// Where the search ended.
        why: String,
    },
    /// A new head that does not fit.
    #[error("the new head does not fit: {why}")]
    Head {
        /// What does not fit.
        why: String,
    },
    /// An option that makes no sense.
    #[error("{option} is {value}; give {wanted}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// What was given.
        value: f64,
        /// What may be given.
        wanted: &'static str,
    },
}

/// A fraction from 0 up to, but not, 1.
pub(crate) fn check_fraction(fraction: f64) -> Result<(), Error> {
    if (0.0..1.0).contains(&fraction) { Ok(()) } else { Err(Error::Fraction { fraction }) }
}
