//! What can be wrong with bytes.

/// Why bytes cannot become a picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// There are none.
    #[error("there are no bytes; send a picture")]
    Empty,
    /// They are no picture of a known format, or of none that is asked for; says what they look like.
    #[error("{0}; send a JPEG, PNG, WebP, GIF or BMP")]
    Unsupported(String),
    /// They begin as a picture but cannot be decoded; says why.
    #[error("{0}")]
    Malformed(String),
    /// The picture is larger than the limits allow.
    #[error("{what}: {value}, the most is {maximum}")]
    TooLarge {
        /// What is limited, with its unit.
        what: &'static str,
        /// What the picture needs.
        value: u64,
        /// The most that is allowed.
        maximum: u64,
    },
}
