//! The types of the bindings become those that every front has.

use super::bindings::exports::maasm::model::types as wit;
use maasm_protocol::model::{
    Classification, Complaint, Description, ElementType, Limit, MediaInfo, ModelError, Tensor, TensorInfo,
};

impl From<wit::ElementType> for ElementType {
    fn from(given: wit::ElementType) -> Self {
        match given {
            wit::ElementType::F32 => Self::F32,
            wit::ElementType::F16 => Self::F16,
            wit::ElementType::F64 => Self::F64,
            wit::ElementType::I8 => Self::I8,
            wit::ElementType::U8 => Self::U8,
            wit::ElementType::I32 => Self::I32,
            wit::ElementType::I64 => Self::I64,
            wit::ElementType::Boolean => Self::Boolean,
            wit::ElementType::I16 => Self::I16,
            wit::ElementType::U16 => Self::U16,
            wit::ElementType::U32 => Self::U32,
            wit::ElementType::U64 => Self::U64,
        }
    }
}

impl From<ElementType> for wit::ElementType {
    fn from(given: ElementType) -> Self {
        match given {
            ElementType::F32 => Self::F32,
            ElementType::F16 => Self::F16,
            ElementType::F64 => Self::F64,
            ElementType::I8 => Self::I8,
            ElementType::U8 => Self::U8,
            ElementType::I32 => Self::I32,
            ElementType::I64 => Self::I64,
            ElementType::Boolean => Self::Boolean,
            ElementType::I16 => Self::I16,
            ElementType::U16 => Self::U16,
            ElementType::U32 => Self::U32,
            ElementType::U64 => Self::U64,
        }
    }
}

impl From<wit::Tensor> for Tensor {
    fn from(wit::Tensor { name, element_type, shape, data }: wit::Tensor) -> Self {
        Self { name, element_type: element_type.into(), shape, data }
    }
}

impl From<&Tensor> for wit::Tensor {
    fn from(Tensor { name, element_type, shape, data }: &Tensor) -> Self {
        Self { name: name.clone(), element_type: (*element_type).into(), shape: shape.clone(), data: data.clone() }
    }
}

impl From<wit::TensorInfo> for TensorInfo {
    fn from(wit::TensorInfo { name, element_type, shape }: wit::TensorInfo) -> Self {
        Self { name, element_type: element_type.into(), shape }
    }
}

impl From<wit::Description> for Description {
    fn from(given: wit::Description) -> Self {
        Self {
            name: given.name,
            version: given.version,
            description: given.description,
            license: given.license,
            source: given.source,
            source_digest: given.source_digest,
            parameters: given.parameters,
            multiply_accumulates: given.multiply_accumulates,
            inputs: given.inputs.into_iter().map(Into::into).collect(),
            outputs: given.outputs.into_iter().map(Into::into).collect(),
            accepts: given.accepts,
            labels: given.labels,
        }
    }
}

impl From<wit::Classification> for Classification {
    fn from(wit::Classification { label, index, score }: wit::Classification) -> Self {
        Self { label, index, score }
    }
}

impl From<wit::MediaInfo> for MediaInfo {
    fn from(wit::MediaInfo { media_type, width, height }: wit::MediaInfo) -> Self {
        Self { media_type, width, height }
    }
}

impl From<wit::Error> for ModelError {
    fn from(given: wit::Error) -> Self {
        let complaint = |wit::Complaint { name, reason }| Complaint { name, reason };
        match given {
            wit::Error::EmptyInput => Self::EmptyInput,
            wit::Error::UnsupportedMedia(why) => Self::UnsupportedMedia(why),
            wit::Error::MalformedMedia(why) => Self::MalformedMedia(why),
            wit::Error::TooLarge(wit::Limit { what, value, maximum }) => Self::TooLarge(Limit { what, value, maximum }),
            wit::Error::InvalidArgument(given) => Self::InvalidArgument(complaint(given)),
            wit::Error::InvalidTensor(given) => Self::InvalidTensor(complaint(given)),
            wit::Error::UnsupportedOperation(why) => Self::UnsupportedOperation(why),
        }
    }
}
