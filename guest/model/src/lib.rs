//! The component template: the exports of world `model` over the runtime, without a model in it.

use maasm_runtime::{AlignedBytes, Executor};
use maasm_template::{Component, Model, bindings, boot};
use std::cell::RefCell;
use std::thread::LocalKey;

type Kernels = Executor<AlignedBytes>;

thread_local! {
    static MODEL: RefCell<Option<Model<Kernels>>> = const { RefCell::new(None) };
}

struct Template;

impl Component for Template {
    type Engine = Kernels;

    fn place() -> &'static LocalKey<RefCell<Option<Model<Kernels>>>> {
        &MODEL
    }
}

bindings::export!(Template with_types_in bindings);

#[unsafe(export_name = "maasm_reserve")]
extern "C" fn reserve(package_len: u32, constants_len: u32, arena_len: u32) -> u32 {
    boot::reserve(package_len, constants_len, arena_len)
}

#[unsafe(export_name = "maasm_initialize")]
extern "C" fn initialize() -> u32 {
    boot::initialize::<Template>()
}
