//! The component's functions, one line each.

use crate::bindings::exports::maasm::model::inference::{
    Classification, Description, Error, Guest as Inference, LabelledSample, Report, Tensor,
};
use crate::bindings::exports::maasm::model::stages::{Guest as Stages, MediaInfo, Pixels};
use crate::engine::Engine;
use crate::model::Model;
use std::cell::RefCell;
use std::thread::LocalKey;

/// A template: what computes, and where its model lies.
pub trait Component: 'static {
    /// What computes.
    type Engine: Engine;

    /// The model. A component has one thread and one model; there is none only until the packager has put it in.
    fn place() -> &'static LocalKey<RefCell<Option<Model<Self::Engine>>>>;
}

/// The packager makes no component without a model, so there always is one.
fn model<C: Component, R>(ask: impl FnOnce(&mut Model<C::Engine>) -> R) -> R {
    C::place().with_borrow_mut(|model| ask(model.as_mut().expect("the packager puts a model in")))
}

impl<C: Component> Inference for C {
    fn describe() -> Description {
        model::<C, _>(|m| m.describe())
    }

    fn recognize(data: Vec<u8>, top_k: u32) -> Result<Vec<Classification>, Error> {
        model::<C, _>(|m| m.recognize(&data, top_k))
    }

    fn infer(inputs: Vec<Tensor>) -> Result<Vec<Tensor>, Error> {
        model::<C, _>(|m| m.infer(&inputs))
    }

    fn infer_media(data: Vec<u8>) -> Result<Vec<Tensor>, Error> {
        model::<C, _>(|m| m.infer_media(&data))
    }

    fn evaluate(samples: Vec<LabelledSample>) -> Result<Report, Error> {
        model::<C, _>(|m| m.evaluate(&samples))
    }
}

impl<C: Component> Stages for C {
    fn decode(data: Vec<u8>) -> Result<MediaInfo, Error> {
        model::<C, _>(|m| m.decode(&data))
    }

    fn thumbnail(longest: u32) -> Result<Pixels, Error> {
        model::<C, _>(|m| m.thumbnail(longest))
    }

    fn preprocess() -> Result<(), Error> {
        model::<C, _>(Model::preprocess)
    }

    fn run() -> Result<(), Error> {
        model::<C, _>(Model::run)
    }

    fn rank(top_k: u32) -> Result<Vec<Classification>, Error> {
        model::<C, _>(|m| m.rank(top_k))
    }
}
