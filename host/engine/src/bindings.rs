//! The types of `wit/model.wit`, as wasmtime generates them.

#![allow(missing_docs)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "model",
    additional_derives: [PartialEq],
});

pub use exports::maasm::model::inference::{CalibrationBin, Confusion, Failure, LabelledSample, Latency, Report};
pub use exports::maasm::model::types::Pixels;
