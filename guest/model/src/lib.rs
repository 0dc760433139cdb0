//! The component template: the exports of world `model` over the runtime, without a model in it.

use maasm_runtime::{AlignedBytes, Executor};

maasm_template::component!(Executor<AlignedBytes>);
