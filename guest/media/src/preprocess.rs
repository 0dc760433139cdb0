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
/// Resampling is that of Pillow: convolution with 8-bit results, widened when scaling down unless the filter says
/// otherwise (by `fast_image_resize`).
///
/// # Panics
/// If the recipe fails [`check`](crate::check()) or `out` has another length.
pub fn preprocess(picture: &Picture, recipe: &ImageRecipe, layout: Layout, out: &mut [f32]) {
    match recipe.channels {
        Channels::Rgb | Channels::Bgr => preprocess_colour(picture, recipe, layout, out),
        Channels::Grey => preprocess_grey(picture, recipe, layout, out),
    }
}

/// [`preprocess`] for recipes with three channels.
///
/// # Panics
/// As that does.
pub fn preprocess_colour(picture: &Picture, recipe: &ImageRecipe, layout: Layout, out: &mut [f32]) {
    let fit = fit(recipe, picture.width(), picture.height());
    let size = (picture.width(), picture.height());
    normalise(&canvas::<U8x3>(picture.pixels(), size, &fit, recipe), recipe, layout, out);
}

/// [`preprocess`] for recipes with one channel.
///
/// # Panics
/// As that does.
pub fn preprocess_grey(picture: &Picture, recipe: &ImageRecipe, layout: Layout, out: &mut [f32]) {
    let fit = fit(recipe, picture.width(), picture.height());
    let size = (picture.width(), picture.height());
    normalise(&canvas::<U8>(&grey(picture.pixels()), size, &fit, recipe), recipe, layout, out);
}

/// The samples of a picture of the tensor's size become its elements.
fn normalise(pixels: &[u8], recipe: &ImageRecipe, layout: Layout, out: &mut [f32]) {
    let channels = recipe.channels.count();
    assert_eq!(out.len(), pixels.len(), "the tensor has another size");
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
    let (Resize::Letterbox(value) | Resize::LetterboxCorner(value) | Resize::FitHeight(value)) = recipe.resize else {
        return target;
    };

    let mut canvas = vec![value; (recipe.width * recipe.height) as usize * P::size()];
    let row = recipe.width as usize * P::size();
    let start = left as usize * P::size();
    let inner = target_width as usize * P::size();
    for (to, from) in canvas.chunks_exact_mut(row).skip(top as usize).zip(target.chunks_exact(inner)) {
        to[start..start + inner].copy_from_slice(from);
    }
    canvas
}

/// First across, then down, with 8-bit results in between, as Pillow does it: in the other order, which is the
/// library's own, a fifth of the results differ by one.
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
        Filter::BilinearUnwidened => ResizeAlg::Interpolation(FilterType::Bilinear),
    };
    let options = ResizeOptions::new().resize_alg(algorithm).use_alpha(false);
    let [left, top, part_width, part_height] = fit.source;
    let [x, y, window_width, window_height] = fit.window;
    let [_, _, target_width, target_height] = fit.target;
    let (first, rows) = rows_needed(top, part_height, window_height, target_height);

    let mut resizer = Resizer::new();
    let picture = TypedImageRef::<P>::from_buffer(width, height, samples).expect("a picture has all its pixels");
    let window = TypedCroppedImage::new(picture, x, y + first, window_width, rows).expect("the window is inside");
    let mut between = vec![0; (target_width * rows) as usize * P::size()];
    let mut across = TypedImage::<P>::from_buffer(target_width, rows, &mut between).expect("the length is its size");
    let box_across = options.crop(left, 0.0, part_width, rows.into());
    resizer.resize_typed(&window, &mut across, &box_across).expect("the source is inside the window");

    let mut down = TypedImage::<P>::from_buffer(target_width, target_height, target).expect("the length is its size");
    let box_down = options.crop(0.0, top - f64::from(first), target_width.into(), part_height);
    resizer.resize_typed(&across, &mut down, &box_down).expect("the source is inside the window");
}

/// The rows of the window that the filters look at, with some to spare: the first, and how many.
fn rows_needed(top: f64, part_height: f64, window_height: u32, target_height: u32) -> (u32, u32) {
    // The widest filter reaches 3 pixels of the coarser side.
    let reach = 4.0 * (part_height / f64::from(target_height)).max(1.0);
    let first = (top - reach).floor().max(0.0) as u32;
    let end = (top + part_height + reach).ceil().min(f64::from(window_height)) as u32;
    (first, end - first)
}

/// ITU-R BT.601 luma in 16-bit fixed point, rounded, as Pillow's `convert("L")`.
fn grey(rgb: &[u8]) -> Vec<u8> {
    let luma =
        |p: &[u8]| (u32::from(p[0]) * 19_595 + u32::from(p[1]) * 38_470 + u32::from(p[2]) * 7_471 + 0x8000) >> 16;
    rgb.chunks_exact(3).map(|pixel| luma(pixel) as u8).collect()
}
