//! The formats of pictures that a model can be made for.

use maasm_media::MediaType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A format of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[clap(rename_all = "lower")]
pub enum Format {
    /// JPEG, baseline and progressive.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, lossy and lossless.
    WebP,
    /// GIF.
    Gif,
    /// Windows bitmap.
    Bmp,
}

impl Format {
    /// The media type.
    pub fn media_type(self) -> MediaType {
        match self {
            Self::Jpeg => MediaType::Jpeg,
            Self::Png => MediaType::Png,
            Self::WebP => MediaType::WebP,
            Self::Gif => MediaType::Gif,
            Self::Bmp => MediaType::Bmp,
        }
    }
}
