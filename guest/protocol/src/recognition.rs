//! What a recognition looks like as JSON.

use crate::model::{Classification, Description, Recognition};
use serde::Serialize;
use std::time::Duration;

/// The answer to a recognition.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = Recognition))]
pub struct Answer<'a> {
    model: &'a str,
    version: &'a str,
    predictions: Vec<Prediction<'a>>,
    media: Media<'a>,
    timings_ms: Timings,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
struct Prediction<'a> {
    label: &'a str,
    index: u32,
    score: f32,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
struct Media<'a> {
    r#type: &'a str,
    width: u32,
    height: u32,
}

/// In milliseconds.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
struct Timings {
    instance: f64,
    decode: f64,
    preprocess: f64,
    inference: f64,
    total: f64,
}

impl<'a> Answer<'a> {
    /// Says what this model recognised.
    pub fn new(model: &'a Description, recognition: &'a Recognition) -> Self {
        let Recognition { classifications, media, timings } = recognition;
        let prediction = |Classification { label, index, score }: &'a Classification| Prediction {
            label,
            index: *index,
            score: *score,
        };
        Self {
            model: &model.name,
            version: &model.version,
            predictions: classifications.iter().map(prediction).collect(),
            media: Media { r#type: &media.media_type, width: media.width, height: media.height },
            timings_ms: Timings {
                instance: milliseconds(timings.instance),
                decode: milliseconds(timings.decode),
                preprocess: milliseconds(timings.preprocess),
                inference: milliseconds(timings.inference),
                total: milliseconds(timings.total),
            },
        }
    }
}

/// To the microsecond: what lies below is noise.
pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}
