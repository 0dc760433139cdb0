//! Resizing and normalising.

use crate::Picture;
use crate::fit::{Fit, fit};
use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::pixels::{InnerPixel, U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use maasm_plan::recipe::{Channels, Filter, ImageRecipe, Layout, Resize};

/// Turns a picture into the tensor that the recipe describes, of `height · width · channels` elements.
///
/// `layout` is the order of `out`; it takes the place of the recipe's own, which says what the source model's order
/// is, while a plan may want the same elements in another one.
///
/// Resampling is that of Pillow: convolution with 8-bit results, widened when scaling down (by `fast_image_resize`).
///
/// # Panics
/// If the recipe fails [`check`](crate::check()) or `out` has another length.
pub fn preprocess(picture: &Picture, recipe: &ImageRecipe, layout: Layout, out: &mut [f32]) {
    let channels = recipe.channels.count();
    assert_eq!(out.len(), recipe.width as usize * recipe.height as usize * channels, "the tensor has another size");
    let fit = fit(recipe, picture.width(), picture.height());
    let size = (picture.width(), picture.height());
    let pixels = match recipe.channels {
        Channels::Rgb | Channels::Bgr => canvas::<U8x3>(picture.pixels(), size, &fit, recipe),
        Channels::Grey => canvas::<U8>(&grey(picture.pixels()), size, &fit, recipe),
    };
    // The tensor's channel c is the picture's channel order(c).
    let order = |c: usize| if recipe.channels == Channels::Bgr { channels - 1 - c } else { c };
    let normalise = |value: u8, c: usize| (f32::from(value) - recipe.mean[c]) * recipe.scale[c];
    match layout {
        Layout::ChannelsLast => {
            for (to, from) in out.chunks_exact_mut(channels).zip(pixels.chunks_exact(channels)) {
                for (c, to) in to.iter_mut().enumerate() {
                    *to = normalise(from[order(c)], c);
                }
            }
        }
        Layout::ChannelsFirst => {
            for (c, plane) in out.chunks_exact_mut(pixels.len() / channels).enumerate() {
                for (to, from) in plane.iter_mut().zip(pixels.chunks_exact(channels)) {
                    *to = normalise(from[order(c)], c);
                }
            }
        }
    }
}

/// The picture at the tensor's size.
fn canvas<P: PixelTrait + InnerPixel>(
    samples: &[u8],
    (width, height): (u32, u32),
    fit: &Fit,
    recipe: &ImageRecipe,
) -> Vec<u8> {
    let [left, top, target_width, target_height] = fit.target;
    let mut target = vec![0; (target_width * target_height) as usize * P::size()];
    resample::<P>(samples, (width, height), fit, recipe.filter, &mut target);
    let Resize::Letterbox(value) = recipe.resize else { return target };

    let mut canvas = vec![value; (recipe.width * recipe.height) as usize * P::size()];
    let row = recipe.width as usize * P::size();
    let start = left as usize * P::size();
    let inner = target_width as usize * P::size();
    for (to, from) in canvas.chunks_exact_mut(row).skip(top as usize).zip(target.chunks_exact(inner)) {
        to[start..start + inner].copy_from_slice(from);
    }
    canvas
}

fn resample<P: PixelTrait + InnerPixel>(
    samples: &[u8],
    (width, height): (u32, u32),
    fit: &Fit,
    filter: Filter,
    target: &mut [u8],
) {
    let algorithm = match filter {
        Filter::Nearest => ResizeAlg::Nearest,
        Filter::Bilinear => ResizeAlg::Convolution(FilterType::Bilinear),
        Filter::Bicubic => ResizeAlg::Convolution(FilterType::CatmullRom),
        Filter::Lanczos3 => ResizeAlg::Convolution(FilterType::Lanczos3),
    };
    let [left, top, part_width, part_height] = fit.source;
    let options = ResizeOptions::new().resize_alg(algorithm).crop(left, top, part_width, part_height).use_alpha(false);
    let [x, y, window_width, window_height] = fit.window;
    let picture = TypedImageRef::<P>::from_buffer(width, height, samples).expect("a picture has all its pixels");
    let window = TypedCroppedImage::new(picture, x, y, window_width, window_height).expect("the window is inside");
    let mut target = TypedImage::<P>::from_buffer(fit.target[2], fit.target[3], target).expect("the target fits");
    Resizer::new().resize_typed(&window, &mut target, &options).expect("the source is inside the window");
}

/// ITU-R BT.601 luma in 16-bit fixed point, rounded, as Pillow's `convert("L")`.
fn grey(rgb: &[u8]) -> Vec<u8> {
    let luma =
        |p: &[u8]| (u32::from(p[0]) * 19_595 + u32::from(p[1]) * 38_470 + u32::from(p[2]) * 7_471 + 0x8000) >> 16;
    rgb.chunks_exact(3).map(|pixel| luma(pixel) as u8).collect()
}
