//! Bytes to tensors: finds out what bytes are, decodes pictures and prepares them by a recipe.
//!
//! Everything here reads bytes that nobody vouches for. It allocates within [`Limits`], and answers with an error
//! whatever the bytes are.
//!
//! # Layout
//! - `sniff`: what bytes are, by looking at them
//! - `limits`, `error`: how large a picture may be, and what else can be wrong with it
//! - `picture`: decoding; `jpeg`: of JPEG; `jpeg_end`: whether a JPEG is all there
//! - `fit`: which part of a picture becomes which part of the tensor; `preprocess`: resizing and normalising
//! - `thumbnail`: a small copy to look at
//! - `recipe_check`: whether a recipe can be followed; `presets`: recipes by name
#![forbid(unsafe_code)]

mod error;
mod fit;
mod jpeg;
mod jpeg_end;
mod limits;
mod picture;
mod preprocess;
mod presets;
mod recipe_check;
mod sniff;
mod thumbnail;

pub use error::MediaError;
pub use jpeg::decode_jpeg;
pub use limits::Limits;
pub use picture::{Picture, decode, decode_bmp, decode_gif, decode_png, decode_webp, recognise};
pub use preprocess::{preprocess, preprocess_colour, preprocess_grey};
pub use presets::{PRESETS, Preset, preset};
pub use recipe_check::{RecipeError, check};
pub use sniff::{MediaType, looks_like, sniff};
pub use thumbnail::thumbnail;
