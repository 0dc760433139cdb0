//! What is published: components made by hand, which are made and loaded in no time, and a real network.

use anyhow::Result;
use maasm_compile::{self as compile, compile};
use maasm_graph::{Limits, Source};
use maasm_package::{Simd, package};
use maasm_plan::recipe::Layout;
use maasm_plan::{Card, Recipe};
use maasm_tests::component::numbered;
use maasm_tests::onnx::{encode, small_network};

/// A component that loads, says what it is, and fails at everything else.
pub fn by_hand(name: &str, version: &str) -> Vec<u8> {
    numbered(name, version, "unreachable")
}

/// The file of a network that takes 3×8×8 numbers and knows five classes.
pub fn onnx() -> Vec<u8> {
    encode(&small_network())
}

/// That network as a component that takes pictures.
pub fn network(name: &str, version: &str) -> Result<Vec<u8>> {
    network_with(name, version, Simd::Relaxed)
}

/// As [`network`], with these vector instructions.
pub fn network_with(name: &str, version: &str, simd: Simd) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("small.onnx");
    std::fs::write(&path, onnx())?;
    let compiled = compile(&Source::from_onnx(&path, &Limits::default())?.model, &compile::Options::default())?;
    let recipe = maasm_media::preset("imagenet").expect("it is built in").recipe(8, 8, Layout::ChannelsFirst);
    let card = Card {
        name: name.into(),
        version: version.into(),
        labels: ["ant", "bee", "cat", "dog", "eel"].into(),
        ..Card::default()
    };
    Ok(package(&compiled, card, Some(Recipe::Image(recipe)), simd)?)
}

/// A photograph of nothing.
pub fn picture() -> Result<Vec<u8>> {
    let pixels = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([(x * 4) as u8, (y * 5) as u8, (x + y) as u8]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, image::ImageFormat::Jpeg)?;
    Ok(bytes.into_inner())
}
