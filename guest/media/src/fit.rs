//! Which part of a picture becomes which part of the tensor.

use maasm_plan::recipe::{ImageRecipe, Resize};

/// A resampling of one rectangle into another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fit {
    /// The pixels that may be looked at: left, top, width, height.
    pub window: [u32; 4],
    /// The part of the window that is scaled, in fractions of pixels: left, top, width, height.
    pub source: [f64; 4],
    /// Where it goes in the tensor: left, top, width, height.
    pub target: [u32; 4],
}

/// Finds it for a picture of this size, neither side of which is 0.
///
/// Every choice is the one that a user of Pillow or torchvision gets; `tests/pillow.rs` compares them.
pub(crate) fn fit(recipe: &ImageRecipe, width: u32, height: u32) -> Fit {
    let target = [0, 0, recipe.width, recipe.height];
    match recipe.resize {
        Resize::Stretch => whole(width, height, target),
        Resize::ShortSide(side) => short_side(side, width, height, target),
        Resize::CropFraction(fraction) => {
            // The fraction's decimal digits are meant, not the nearest f32: 0.9 of 100 is 90, not 89.
            let fraction = (f64::from(fraction) * 1e6).round() / 1e6;
            let side = ((fraction * f64::from(width.min(height))) as u32).max(1);
            let source = [0.0, 0.0, side.into(), side.into()];
            Fit { window: [(width - side) / 2, (height - side) / 2, side, side], source, target }
        }
        Resize::Letterbox(_) => whole(width, height, inside(width, height, target)),
        Resize::LetterboxCorner(_) => {
            let [_, _, inner_width, inner_height] = inside(width, height, target);
            whole(width, height, [0, 0, inner_width, inner_height])
        }
        Resize::FitHeight(_) => {
            // In u64: the picture may be 1 pixel high and 16 000 wide.
            let scaled = (u64::from(width) * u64::from(recipe.height)).div_ceil(u64::from(height));
            let inner_width = scaled.min(u64::from(recipe.width)) as u32;
            whole(width, height, [0, 0, inner_width, recipe.height])
        }
        Resize::StretchAndCrop(side) => {
            // One step, which keeps what is cut out and nothing else.
            let part = |own: u32, kept: u32| {
                let scale = f64::from(own) / f64::from(side);
                let start = f64::from((side - kept) / 2) * scale;
                (start, (f64::from(kept) * scale).min(f64::from(own) - start))
            };
            let (left, part_width) = part(width, recipe.width);
            let (top, part_height) = part(height, recipe.height);
            Fit { window: [0, 0, width, height], source: [left, top, part_width, part_height], target }
        }
    }
}

fn whole(width: u32, height: u32, target: [u32; 4]) -> Fit {
    Fit { window: [0, 0, width, height], source: [0.0, 0.0, width.into(), height.into()], target }
}

/// torchvision's `Resize(side)` and `CenterCrop`, in one step: only what is kept is scaled, so that a picture 1 pixel
/// high and 16 000 wide takes no more memory than any other.
fn short_side(side: u32, width: u32, height: u32, target: [u32; 4]) -> Fit {
    // In u64: side ≤ 8192 and the picture's sides are u32. The longer side is rounded down, as torchvision does.
    let scaled = |own: u32, other: u32| match own <= other {
        true => u64::from(side),
        false => u64::from(side) * u64::from(own) / u64::from(other),
    };
    let part = |own: u32, other: u32, kept: u32| {
        let scaled = scaled(own, other) as f64;
        let margin = ((scaled - f64::from(kept)) / 2.0).round_ties_even();
        let scale = f64::from(own) / scaled;
        let start = margin * scale;
        // Rounding must not reach past the edge.
        (start, (f64::from(kept) * scale).min(f64::from(own) - start))
    };
    let (left, part_width) = part(width, height, target[2]);
    let (top, part_height) = part(height, width, target[3]);
    Fit { window: [0, 0, width, height], source: [left, top, part_width, part_height], target }
}

/// Pillow's `ImageOps.pad`: the largest rectangle of the picture's proportions, in the middle.
fn inside(width: u32, height: u32, target: [u32; 4]) -> [u32; 4] {
    let [_, _, target_width, target_height] = target.map(f64::from);
    let (width, height) = (f64::from(width), f64::from(height));
    let round = |side: f64| (side.round_ties_even() as u32).max(1);
    let (inner_width, inner_height) = if width / height > target_width / target_height {
        (target[2], round(height / width * target_width).min(target[3]))
    } else {
        (round(width / height * target_height).min(target[2]), target[3])
    };
    let margin = |outer: u32, inner: u32| (f64::from(outer - inner) * 0.5).round_ties_even() as u32;
    [margin(target[2], inner_width), margin(target[3], inner_height), inner_width, inner_height]
}

#[cfg(test)]
mod tests {
    use super::*;
    use maasm_plan::recipe::{Channels, Filter, Layout};

    fn found(resize: Resize, (width, height): (u32, u32), picture: (u32, u32)) -> Fit {
        let (mean, scale) = (vec![0.0; 3], vec![1.0; 3]);
        let (filter, channels, layout) = (Filter::BilinearUnwidened, Channels::Rgb, Layout::ChannelsFirst);
        let recipe = ImageRecipe { width, height, resize, filter, channels, layout, mean, scale };
        fit(&recipe, picture.0, picture.1)
    }

    #[test]
    fn a_corner_letterbox_begins_at_the_top_left() {
        assert_eq!(found(Resize::LetterboxCorner(0), (320, 320), (640, 480)).target, [0, 0, 320, 240]);
        assert_eq!(found(Resize::LetterboxCorner(0), (320, 320), (480, 640)).target, [0, 0, 240, 320]);
    }

    #[test]
    fn a_line_of_text_fits_the_height_and_is_squeezed_where_it_is_too_long() {
        assert_eq!(found(Resize::FitHeight(0), (192, 48), (101, 48)).target, [0, 0, 101, 48]);
        assert_eq!(found(Resize::FitHeight(0), (192, 48), (101, 96)).target, [0, 0, 51, 48]);
        assert_eq!(found(Resize::FitHeight(0), (192, 48), (16_000, 1)).target, [0, 0, 192, 48]);
    }

    #[test]
    fn a_stretched_picture_is_cut_out_of_the_middle() {
        let fit = found(Resize::StretchAndCrop(256), (224, 224), (512, 256));
        assert_eq!((fit.source, fit.target), ([32.0, 16.0, 448.0, 224.0], [0, 0, 224, 224]));
    }
}
