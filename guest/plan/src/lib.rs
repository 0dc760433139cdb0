//! The plan format: what the compiler writes and the runtime reads.
//!
//! A [`Plan`] is a compiled model: a flat list of [`Step`]s over [`Tensor`]s of fixed shape, each tensor at a fixed
//! place either in the *arena* (scratch memory, reused along the way) or in the *constants* (the packed weights).
//! A [`Package`] is a plan with what surrounds it: the model's [`Card`] and the [`Recipe`] that turns bytes into
//! its input tensor.
//!
//! # Layout
//! - `tensor`: element types, tensors and their places
//! - `op/`: one file for each kernel's parameters and the check of its operands
//! - `plan`: the plan and its validation
//! - `classes`: whether a model is a classifier
//! - `recipe`: preprocessing as data
//! - `texts`: many short texts in one piece of memory
//! - `package`: card, recipe and plan together, and their binary encoding
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;

mod classes;
pub mod op;
mod package;
mod plan;
pub mod recipe;
mod tensor;
mod texts;

pub use op::Op;
pub use package::{Card, DecodeError, FORMAT_VERSION, MAGIC, Package, Scores};
pub use plan::{Counted, Plan, PlanError, Port, Step};
pub use recipe::Recipe;
pub use tensor::{ALIGNMENT, ElementType, Place, Tensor, TensorId};
pub use texts::Texts;
