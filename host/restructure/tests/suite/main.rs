//! Models that were restructured compute what they should, and onnxruntime is the judge.

mod channels;
mod equalize;
mod forms;
mod head;
mod low_rank;
mod magnitude;
mod published;
mod random;
mod refused;
mod support;
