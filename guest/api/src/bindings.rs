//! The types of `wit/`, as wit-bindgen generates them.

#![allow(missing_docs, clippy::all)]

spin_sdk::wit_bindgen::generate!({
    path: "../../wit",
    world: "front",
    runtime_path: "::spin_sdk::wit_bindgen::rt",
});
