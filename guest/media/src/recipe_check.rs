//! Whether a recipe can be followed.

use maasm_plan::recipe::{ImageRecipe, Resize};

/// The longest side of a tensor that is filled from a picture, in pixels.
const MAX_SIDE: u32 = 8192;

/// What is wrong with a recipe.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecipeError {
    /// The tensor would be empty or enormous.
    #[error("width and height must be 1 to {MAX_SIDE}, are {width} and {height}")]
    Size {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// The side is too small to cut the tensor's size out of it.
    #[error("{name} must be {minimum} to {MAX_SIDE}, so that the size can be cut out of it, is {found}")]
    Side {
        /// Which way of resizing.
        name: &'static str,
        /// What it is.
        found: u32,
        /// The least that it may be.
        minimum: u32,
    },
    /// The fraction is not one.
    #[error("crop-fraction must be above 0 and at most 1, is {0}")]
    CropFraction(f32),
    /// There is not one number for each channel, or one of them is none.
    #[error("{name} must be {channels} finite numbers, one for each channel")]
    Numbers {
        /// Which field.
        name: &'static str,
        /// How many channels there are.
        channels: usize,
    },
}

/// Checks that [`preprocess`](crate::preprocess()) can follow the recipe.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(recipe: &ImageRecipe) -> Result<(), RecipeError> {
    let (width, height) = (recipe.width, recipe.height);
    if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
        return Err(RecipeError::Size { width, height });
    }
    let minimum = width.max(height);
    let side = |name, found| match (minimum..=MAX_SIDE).contains(&found) {
        true => Ok(()),
        false => Err(RecipeError::Side { name, found, minimum }),
    };
    match recipe.resize {
        Resize::ShortSide(found) => side("short-side", found)?,
        Resize::StretchAndCrop(found) => side("stretch-and-crop", found)?,
        Resize::CropFraction(fraction) if !(fraction > 0.0 && fraction <= 1.0) => {
            return Err(RecipeError::CropFraction(fraction));
        }
        _ => {}
    }
    let channels = recipe.channels.count();
    for (name, numbers) in [("mean", &recipe.mean), ("scale", &recipe.scale)] {
        if numbers.len() != channels || !numbers.iter().all(|n| n.is_finite()) {
            return Err(RecipeError::Numbers { name, channels });
        }
    }
    Ok(())
}
