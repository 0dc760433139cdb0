//! How a picture becomes the input: a preset, or a recipe in a file.

use anyhow::{Context, bail};
use maasm_compile::Compiled;
use maasm_files::text;
use maasm_plan::Recipe;
use maasm_plan::recipe::Layout;
use std::path::Path;

/// The recipe of this name, or the one in this file.
///
/// # Errors
/// If there is none, it cannot be read, or its pictures do not fit the model's first input.
pub fn recipe(name: &str, compiled: &Compiled) -> anyhow::Result<Recipe> {
    if maasm_media::preset(name).is_some() || !Path::new(name).is_file() {
        return preset(name, compiled);
    }
    serde_json::from_str(&text::read(Path::new(name))?).with_context(|| format!("{name} is not a recipe"))
}

/// The recipe of this name, for the size of the model's input.
pub(super) fn preset(name: &str, compiled: &Compiled) -> anyhow::Result<Recipe> {
    let Some(preset) = maasm_media::preset(name) else {
        bail!("{name:?} is neither a preset ({}) nor a file", presets().join(", "));
    };
    let input = compiled.plan.inputs.first().context("the model has no input")?;
    let channels = preset.recipe(1, 1, Layout::ChannelsFirst).channels.count();
    let fits = |extent: u32| extent as usize == channels;
    let (width, height, layout) = match input.shape[..] {
        [_, extent, height, width] if fits(extent) => (width, height, Layout::ChannelsFirst),
        [_, height, width, extent] if fits(extent) => (width, height, Layout::ChannelsLast),
        _ => bail!(
            "the preset {name} makes pictures with {channels} channels, and the input {} has the shape {:?}",
            input.name,
            input.shape
        ),
    };
    Ok(Recipe::Image(preset.recipe(width, height, layout)))
}

fn presets() -> Vec<&'static str> {
    maasm_media::PRESETS.iter().map(|preset| preset.name).collect()
}

/// The help of the option that names a preset.
pub(super) fn help() -> String {
    let mut help = "How a picture becomes the input: a recipe in a JSON file, or one of these, for the size of the \
                    model's input. Without it the model takes tensors only.\n"
        .to_owned();
    for preset in maasm_media::PRESETS {
        help.push_str(&format!("\n- {}: {}", preset.name, preset.summary));
    }
    help
}
