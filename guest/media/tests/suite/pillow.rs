//! Given the same file, we see the same pixels as Pillow. `data/generate.py` says where the files come from.

use crate::support::{bytes, data, decode, difference, names};
use maasm_media::preprocess;
use maasm_plan::recipe::{Channels, ImageRecipe, Layout};

/// The pixels that Pillow found, kept as a PNG.
fn expected(path: &str) -> (u32, u32, Vec<u8>) {
    let picture = decode(&std::fs::read(data(path)).unwrap()).unwrap();
    (picture.width(), picture.height(), picture.pixels().to_vec())
}

/// How far decoders may differ: the largest and the mean difference of samples. Formats that lose nothing leave no
/// room; the others leave the transform's rounding and the interpolation of colour to the decoder.
fn tolerance(name: &str) -> (u8, f64) {
    match name {
        "half-chroma.jpg" | "progressive.jpg" => (4, 0.5),
        name if name.ends_with(".jpg") => (2, 0.02),
        _ => (0, 0.0),
    }
}

#[test]
fn every_kind_of_picture_is_decoded_as_pillow_decodes_it() {
    let names = names("pictures", "");
    assert!(names.len() > 30);
    for name in names {
        let picture = decode(&bytes(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (width, height, pixels) = expected(&format!("decoded/{name}.png"));
        assert_eq!((picture.width(), picture.height()), (width, height), "{name}");
        let (largest, mean) = difference(picture.pixels(), &pixels);
        println!("{name}: differs by {mean:.3}, at most {largest}");
        let (allowed, allowed_mean) = tolerance(&name);
        assert!(largest <= allowed && mean <= allowed_mean, "{name}: differs by {mean}, at most {largest}");
    }
}

#[test]
fn every_way_of_resizing_gives_what_pillow_gives() {
    let source = decode(&bytes("source.png")).unwrap();
    for file in names("resized", ".json") {
        let name = file.trim_end_matches(".json");
        let recipe: ImageRecipe = serde_json::from_slice(&std::fs::read(data("resized").join(&file)).unwrap()).unwrap();
        let channels = recipe.channels.count();
        let mut tensor = vec![0.0; (recipe.width * recipe.height) as usize * channels];
        preprocess(&source, &recipe, Layout::ChannelsLast, &mut tensor);

        let (width, height, pixels) = expected(&format!("resized/{name}.png"));
        assert_eq!((recipe.width, recipe.height), (width, height), "{name}");
        let step = if recipe.channels == Channels::Grey { 3 } else { 1 };
        let expected: Vec<u8> = pixels.iter().copied().step_by(step).collect();
        let found: Vec<u8> = tensor.iter().map(|&x| x as u8).collect();
        let (largest, mean) = difference(&found, &expected);
        println!("{name}: differs by {mean:.4}, at most {largest}");
        assert!(largest <= 1 && mean < 0.05, "{name}: differs by {mean}, at most {largest}");
    }
}
