//! The component's functions, one line each.

use crate::MODEL;
use crate::bindings::exports::maasm::model::inference::{
    Classification, Description, Error, Guest as Inference, LabelledSample, Report, Tensor,
};
use crate::bindings::exports::maasm::model::stages::{Guest as Stages, MediaInfo, Pixels};
use crate::model::Model;

struct Component;

crate::bindings::export!(Component with_types_in crate::bindings);

/// The packager makes no component without a model, so there always is one.
fn model<R>(ask: impl FnOnce(&mut Model) -> R) -> R {
    MODEL.with_borrow_mut(|model| ask(model.as_mut().expect("the packager puts a model in")))
}

impl Inference for Component {
    fn describe() -> Description {
        model(|m| m.describe())
    }

    fn recognize(data: Vec<u8>, top_k: u32) -> Result<Vec<Classification>, Error> {
        model(|m| m.recognize(&data, top_k))
    }

    fn infer(inputs: Vec<Tensor>) -> Result<Vec<Tensor>, Error> {
        model(|m| m.infer(&inputs))
    }

    fn infer_media(data: Vec<u8>) -> Result<Vec<Tensor>, Error> {
        model(|m| m.infer_media(&data))
    }

    fn evaluate(samples: Vec<LabelledSample>) -> Result<Report, Error> {
        model(|m| m.evaluate(&samples))
    }
}

impl Stages for Component {
    fn decode(data: Vec<u8>) -> Result<MediaInfo, Error> {
        model(|m| m.decode(&data))
    }

    fn thumbnail(longest: u32) -> Result<Pixels, Error> {
        model(|m| m.thumbnail(longest))
    }

    fn preprocess() -> Result<(), Error> {
        model(Model::preprocess)
    }

    fn run() -> Result<(), Error> {
        model(Model::run)
    }

    fn rank(top_k: u32) -> Result<Vec<Classification>, Error> {
        model(|m| m.rank(top_k))
    }
}
