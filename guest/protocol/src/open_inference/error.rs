//! What can be wrong with a request.

use crate::{Kind, Problem};

/// Why a request is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The header is no number.
    #[error("Inference-Header-Content-Length is {0:?}; give the number of bytes that are JSON")]
    HeaderLength(String),
    /// The header's number is more than there is.
    #[error("Inference-Header-Content-Length is {announced}, and the body has only {length} bytes")]
    HeaderBeyondBody {
        /// What the header says.
        announced: usize,
        /// The bytes of the body.
        length: usize,
    },
    /// It is no JSON or has another form.
    #[error(
        "{0}; write {{\"inputs\": [{{\"name\": \"x\", \"shape\": [2], \"datatype\": \"FP32\", \"data\": [1, 2]}}]}}; \
         where binary tensors follow, the header Inference-Header-Content-Length says how many bytes are JSON"
    )]
    Form(String),
    /// An input is wrong.
    #[error("input {name}: {error}")]
    Input {
        /// Which.
        name: String,
        /// What is wrong with it.
        error: InputError,
    },
    /// There is a picture, and something else.
    #[error("input {name} is BYTES, a picture, which must be the only input")]
    PictureAmongOthers {
        /// The picture's name.
        name: String,
    },
    /// There are more bytes than the inputs take.
    #[error("{0} bytes follow the last input's; the sizes in binary_data_size must add up to what follows the JSON")]
    LeftOver(usize),
    /// An output is wrong.
    #[error("output {name}: {reason}")]
    Output {
        /// Which.
        name: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
}

/// What is wrong with one input.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// Its shape is no list of extents.
    #[error("its shape is no list of whole numbers from 0 to 4294967295: {0}")]
    Shape(String),
    /// Its shape is one that no tensor can have.
    #[error("{0}")]
    Extents(String),
    /// Its parameters have another form.
    #[error("its parameters are wrong: {0}")]
    Parameters(String),
    /// Its datatype is unknown, or its elements are none of that type.
    #[error("{0}")]
    Elements(String),
    /// It has no data.
    #[error("it has neither data nor the parameter binary_data_size")]
    NoData,
    /// It has data twice.
    #[error("it has both data and the parameter binary_data_size; give one of them")]
    TwoData,
    /// FP16 has no form in JSON.
    #[error("FP16 goes as binary data only; give the parameter binary_data_size")]
    HalfAsJson,
    /// Memory cannot be shared with this server.
    #[error("shared memory is no extension of this server; give data or the parameter binary_data_size")]
    SharedMemory,
    /// The binary data's size is not what its shape and datatype need.
    #[error("binary_data_size is {given}, and its shape and datatype need {needed} bytes")]
    Size {
        /// What the parameter says.
        given: u64,
        /// What the shape and the datatype say.
        needed: u128,
    },
    /// There is less binary data than it says.
    #[error("binary_data_size is {given}, and {left} bytes are left after the JSON and the inputs before it")]
    TooShort {
        /// What the parameter says.
        given: u64,
        /// What there is.
        left: usize,
    },
    /// A truth value is neither 0 nor 1.
    #[error("a BOOL is a byte of 0 or 1, and there is {0}")]
    Truth(u8),
    /// Bytes that are not one picture.
    #[error("{0}; BYTES are one picture, of shape [1]")]
    Picture(String),
}

impl From<MessageError> for Problem {
    fn from(error: MessageError) -> Self {
        let kind = match error {
            MessageError::HeaderLength(_) | MessageError::HeaderBeyondBody { .. } => Kind::BadRequest,
            _ => Kind::BadTensor,
        };
        Self::new(kind, error.to_string())
    }
}
