//! ONNX's node tests, run by this project's compiler and runtime (natively and in WebAssembly) and by tract.
//!
//! # Layout
//! - `suite`, `category`: the list of tests, which ONNX's Python package writes once, and what each is counted with
//! - `case`: one test's model, inputs and expected outputs
//! - `tensor`, `types`: a tensor as ONNX stores it; its element types and those of the runtime
//! - `compare`: whether an answer is the expected one
//! - `engines/`: what runs a test; one engine is one file
//! - `verdict`: what came of a test
//! - `worker`, `crew`: tests run in processes of their own, so that a crash is the failure of one test alone
//! - `table`: what came of every test, one on a line, as the repository keeps it
//! - `changes`: what is better and what is worse than the table says
//! - `report`: the same for people, counted by operator
#![forbid(unsafe_code)]

pub mod case;
pub mod category;
pub mod changes;
pub mod compare;
pub mod crew;
pub mod engines;
pub mod report;
pub mod suite;
pub mod table;
pub mod tensor;
pub mod types;
pub mod verdict;
pub mod worker;
