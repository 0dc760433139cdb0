//! A packaged model is one file that imports nothing, is no larger than it must be, and works.

use maasm_compile::Compiled;
use maasm_engine::{CachePolicy, CallError, Engine, EngineOptions, LoadError, Model, ModelError};
use maasm_package::{Error, Simd, package};
use maasm_plan::op::{Op, Softmax};
use maasm_plan::recipe::{Channels, Filter, ImageRecipe, Layout, Resize};
use maasm_plan::{Card, ElementType, Place, Plan, Port, Recipe, Step, Tensor};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use wasmparser::Payload;

/// Weights that nothing reads; odd, so that no two of their pages are alike.
fn weights(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8 | 1).collect()
}

/// Takes a grey picture of 2×2 pixels for the class of its brightest pixel: a softmax over the four.
fn brightest_pixel(weights: Vec<u8>) -> Compiled {
    let tensor = |offset, shape: &[u32]| Tensor {
        element_type: ElementType::F32,
        shape: shape.into(),
        place: Place::Arena(offset),
    };
    let plan = Plan {
        inputs: vec![Port {
            name: "pixels".into(),
            shape: vec![1, 1, 2, 2],
            tensor: 0,
            axes: vec![0, 2, 3, 1],
            count: None,
        }],
        outputs: vec![Port { name: "scores".into(), shape: vec![1, 4], tensor: 1, axes: vec![], count: None }],
        tensors: vec![tensor(0, &[1, 2, 2, 1]), tensor(64, &[1, 4])],
        steps: vec![Step {
            name: "softmax".into(),
            op: Op::Softmax(Softmax { outer: 1, extent: 4, inner: 1, log: false }),
            inputs: vec![0],
            outputs: vec![1],
            scratch: None,
        }],
        arena_len: 128,
        constants_len: weights.len() as u64,
    };
    Compiled { plan, constants: weights, parameters: 0, multiply_accumulates: 4, notes: vec![] }
}

fn card() -> Card {
    Card {
        name: "brightest-pixel".into(),
        version: "1.2.3".into(),
        description: "Finds the brightest of four pixels".into(),
        license: "Apache-2.0".into(),
        source: "https://example.org/model".into(),
        source_digest: "sha256:0123".into(),
        labels: ["top left", "top right", "bottom left", "bottom right"].into(),
        ..Card::default()
    }
}

fn recipe() -> Option<Recipe> {
    Some(Recipe::Image(ImageRecipe {
        width: 2,
        height: 2,
        resize: Resize::Stretch,
        filter: Filter::Nearest,
        channels: Channels::Grey,
        layout: Layout::ChannelsFirst,
        mean: vec![0.0],
        scale: vec![1.0 / 255.0],
    }))
}

fn packaged() -> Vec<u8> {
    package(&brightest_pixel(weights(64)), card(), recipe(), Simd::Relaxed).unwrap()
}

/// A Windows bitmap of 2×2 grey pixels, given from the top left on.
fn bitmap(pixels: [u8; 4]) -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    for field in [70u32, 0, 54, 40, 2, 2, 1 | 24 << 16, 0, 16, 0, 0, 0, 0] {
        bytes.extend(field.to_le_bytes());
    }
    // Rows from the bottom up, each filled to a multiple of four bytes.
    for row in [&pixels[2..], &pixels[..2]] {
        bytes.extend(row.iter().flat_map(|&grey| [grey; 3]).chain([0; 2]));
    }
    bytes
}

fn load(component: &[u8]) -> Result<Model, LoadError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.wasm");
    fs::write(&path, component).unwrap();
    Engine::new(EngineOptions { cache: CachePolicy::Off, ..EngineOptions::default() }).unwrap().load(&path)
}

#[test]
fn a_packaged_model_recognises() {
    for simd in [Simd::Relaxed, Simd::Plain] {
        let component = package(&brightest_pixel(weights(64)), card(), recipe(), simd).unwrap();
        let model = load(&component).unwrap();
        let recognition = model.recognize(&bitmap([10, 20, 250, 30]), 2).unwrap();
        let found: Vec<_> = recognition.classifications.iter().map(|c| (c.label.as_str(), c.index)).collect();
        assert_eq!(found, [("bottom left", 2), ("bottom right", 3)]);
        // softmax([10, 20, 250, 30] / 255) by NumPy
        assert!((recognition.classifications[0].score - 0.450_868).abs() < 1e-5, "{recognition:?}");
        assert_eq!((recognition.media.media_type.as_str(), recognition.media.width), ("image/bmp", 2));
    }
}

#[test]
fn a_session_gives_the_same_answers_as_fresh_instances() {
    let model = load(&packaged()).unwrap();
    let mut session = model.session().unwrap();
    for pixels in [[9, 8, 7, 6], [1, 200, 3, 4], [9, 8, 7, 6]] {
        let fresh = model.recognize(&bitmap(pixels), 4).unwrap();
        assert_eq!(session.recognize(&bitmap(pixels), 4).unwrap().classifications, fresh.classifications);
    }
}

#[test]
fn bad_input_harms_neither_session_nor_model() {
    let model = load(&packaged()).unwrap();
    let mut session = model.session().unwrap();
    let refusal = |result: Result<_, CallError>| match result {
        Err(CallError::Model(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(session.recognize(b"", 1)), ModelError::EmptyInput);
    assert!(matches!(refusal(session.recognize(b"hello", 1)), ModelError::UnsupportedMedia(_)));
    assert!(matches!(refusal(session.recognize(&bitmap([0; 4])[..60], 1)), ModelError::MalformedMedia(_)));
    assert!(matches!(refusal(session.recognize(&bitmap([0; 4]), 0)), ModelError::InvalidArgument(_)));
    assert!(session.recognize(&bitmap([0; 4]), 1).is_ok());
}

#[test]
fn a_model_describes_itself_as_its_card_does() {
    let model = load(&packaged()).unwrap();
    let description = model.description();
    assert_eq!(description.name, "brightest-pixel");
    assert_eq!(description.version, "1.2.3");
    assert_eq!(description.source_digest, "sha256:0123");
    assert_eq!(description.multiply_accumulates, 4);
    assert_eq!(description.inputs[0].shape, [1, 1, 2, 2]);
    assert_eq!(description.labels.len(), 4);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert!(packaged() == packaged());
}

/// A component with these weights for pictures of these media types, all if there are none, or for tensors alone.
fn size(weights: Vec<u8>, media: Option<&[&str]>) -> usize {
    let card = Card { media: media.iter().flat_map(|media| media.iter().map(|&name| name.into())).collect(), ..card() };
    package(&brightest_pixel(weights), card, media.and(recipe()), Simd::Relaxed).unwrap().len()
}

#[test]
fn a_component_holds_its_weights_and_the_code_that_its_model_needs() {
    let kib = |size: usize| size / 1024;
    let (all, jpeg, tensors) = (size(vec![], Some(&[])), size(vec![], Some(&["image/jpeg"])), size(vec![], None));
    println!("for all pictures {} KiB, for JPEG {}, for tensors {}", kib(all), kib(jpeg), kib(tensors));
    assert!(kib(all) <= 560 && kib(jpeg) <= 300 && kib(tensors) <= 110, "{all}, {jpeg}, {tensors} bytes");
    let heavy = size(weights(3 << 20), Some(&[]));
    assert!(heavy <= all + (3 << 20) + 1024, "{heavy} bytes");
}

#[test]
fn a_model_for_some_formats_takes_no_others() {
    let of = |media: &str| {
        let card = Card { media: vec![media.into()], ..card() };
        load(&package(&brightest_pixel(vec![]), card, recipe(), Simd::Relaxed).unwrap()).unwrap()
    };
    let bmp = of("image/bmp");
    assert_eq!(bmp.description().accepts, ["image/bmp"]);
    assert_eq!(bmp.recognize(&bitmap([10, 20, 250, 30]), 1).unwrap().classifications[0].label, "bottom left");
    match of("image/jpeg").recognize(&bitmap([10, 20, 250, 30]), 1) {
        Err(CallError::Model(ModelError::UnsupportedMedia(reason))) => {
            assert_eq!(reason, "this is image/bmp; send image/jpeg");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_of_picture_is_decoded_inside_as_outside() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest/media/tests/data/pictures");
    let Some(Recipe::Image(recipe)) = recipe() else { unreachable!() };
    let model = load(&packaged()).unwrap();
    let mut session = model.session().unwrap();
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let picture = maasm_media::decode(&bytes, &Default::default()).unwrap();
        let mut pixels = [0.0; 4];
        maasm_media::preprocess(&picture, &recipe, recipe.layout, &mut pixels);
        let sum: f32 = pixels.iter().map(|pixel| pixel.exp()).sum();
        let found = session.recognize(&bytes, 4).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for found in found.classifications {
            let expected = pixels[found.index as usize].exp() / sum;
            assert!((found.score - expected).abs() < 1e-6, "{}: {} for {expected}", path.display(), found.score);
        }
        seen.insert(picture.media_type().name());
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
}

#[test]
fn a_component_imports_nothing_and_exports_the_world_alone() {
    let component = packaged();
    let (mut imports, mut exports, mut core_exports) = (vec![], vec![], vec![]);
    // Interfaces are put together by components inside, which import from the outer one.
    let mut depth = 0;
    for payload in wasmparser::Parser::new(0).parse_all(&component) {
        match payload.unwrap() {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 0 => {
                imports.extend(section.into_iter().map(|import| import.unwrap().name.name.to_owned()));
            }
            Payload::ImportSection(_) => imports.push("something into a core module".into()),
            Payload::ComponentExportSection(section) if depth == 0 => {
                exports.extend(section.into_iter().map(|export| export.unwrap().name.name.to_owned()));
            }
            Payload::ExportSection(section) => {
                core_exports.extend(section.into_iter().map(|export| export.unwrap().name.to_owned()));
            }
            _ => {}
        }
    }
    exports.sort();
    assert_eq!(imports, [""; 0]);
    assert_eq!(exports, ["inference", "stages", "types"].map(|name| format!("maasm:model/{name}@0.1.0")));
    assert!(!core_exports.iter().any(|name| name.starts_with("maasm_")), "{core_exports:?}");
}

#[test]
fn one_changed_bit_in_a_weight_is_noticed() {
    let mut component = package(&brightest_pixel(weights(1 << 16)), card(), recipe(), Simd::Relaxed).unwrap();
    let weight = component.windows(64).rposition(|bytes| bytes == &weights(1 << 16)[1000..1064]).unwrap();
    component[weight] ^= 4;
    let Err(error) = load(&component) else { panic!("it should be refused") };
    assert!(matches!(&error, LoadError::Damaged { reason, .. } if reason.contains("changed")), "{error}");
}

#[test]
fn what_does_not_fit_together_is_refused_before_anything_is_built() {
    let refused = |card: Card| package(&brightest_pixel(vec![]), card, recipe(), Simd::Relaxed).unwrap_err();
    assert!(matches!(refused(Card { name: "My Model".into(), ..card() }), Error::Name(_)));
    assert!(matches!(refused(Card { version: "1.0".into(), ..card() }), Error::Version { .. }));
    assert!(matches!(refused(Card { license: "MIT or so".into(), ..card() }), Error::License { .. }));
    let error = refused(Card { labels: ["one"].into(), ..card() });
    assert_eq!(error.to_string(), "there are 1 labels, but the model has 4 classes");
}

#[test]
fn a_recipe_for_another_size_is_refused() {
    let Some(Recipe::Image(image)) = recipe() else { unreachable!() };
    let recipe = Some(Recipe::Image(ImageRecipe { width: 3, ..image }));
    let error = package(&brightest_pixel(vec![]), card(), recipe, Simd::Relaxed).unwrap_err();
    assert!(matches!(error, Error::Refused(_)), "{error}");
}
