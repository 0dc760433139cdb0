//! A small copy of a picture, to look at.

use crate::Picture;
use image::imageops;

/// A copy of the picture, neither side longer than `longest` pixels and neither shorter than one; a picture that is small
/// enough already as it is. Each pixel is the mean of those that it stands for. Width, height, and red, green, blue of each
/// pixel, row by row.
pub fn thumbnail(picture: &Picture, longest: u32) -> (u32, u32, Vec<u8>) {
    let (width, height) = (picture.width(), picture.height());
    let side = width.max(height);
    let longest = longest.max(1);
    if side <= longest {
        return (width, height, picture.pixels().to_vec());
    }
    // In u64: a picture may be 1 pixel high and 16 000 wide.
    let scaled = |own: u32| ((u64::from(own) * u64::from(longest)) / u64::from(side)).max(1) as u32;
    let small = imageops::thumbnail(picture.image(), scaled(width), scaled(height));
    (small.width(), small.height(), small.into_raw())
}
