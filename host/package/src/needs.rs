//! Which functions of the template a model calls, of those that have a symbol so that they can be left out.

use maasm_media::MediaType;
use maasm_plan::recipe::Channels;
use maasm_plan::{Package, Recipe};
use std::collections::BTreeSet;

/// What the symbols of functions that can be left out begin with.
pub(super) const PREFIX: &str = "maasm_";

/// The symbols of those that are called: its plan's kernels, and if it takes pictures, what decodes and prepares them.
pub(super) fn symbols(package: &Package) -> BTreeSet<&'static str> {
    let mut symbols: BTreeSet<_> = package.plan.steps.iter().map(|step| maasm_runtime::entry(&step.op)).collect();
    if let Some(Recipe::Image(recipe)) = &package.recipe {
        symbols.insert(match recipe.channels {
            Channels::Rgb | Channels::Bgr => "maasm_preprocess_colour",
            Channels::Grey => "maasm_preprocess_grey",
        });
        let media = &package.card.media;
        let taken = |media_type: &MediaType| media.is_empty() || media.iter().any(|name| name == media_type.name());
        symbols.extend(MediaType::ALL.into_iter().filter(taken).map(decoder));
    }
    symbols
}

fn decoder(media_type: MediaType) -> &'static str {
    match media_type {
        MediaType::Jpeg => "maasm_decode_jpeg",
        MediaType::Png => "maasm_decode_png",
        MediaType::WebP => "maasm_decode_webp",
        MediaType::Gif => "maasm_decode_gif",
        MediaType::Bmp => "maasm_decode_bmp",
    }
}
