//! Pictures made larger and smaller.

use crate::graph::{Builder, text};

/// A resize by factors.
pub fn resize(b: &mut Builder) -> Option<()> {
    let x = b.floats(3..=4)?;
    let mode = b.random.one_of(&["nearest", "linear", "cubic"]);
    if mode == "cubic" && x.shape.len() != 4 {
        return None;
    }
    let factors: &[f32] = match mode {
        // Such that no coordinate is between two pixels by a rounding error.
        "nearest" => &[1.0, 2.0, 3.0, 0.5],
        _ => &[1.0, 2.0, 1.5, 0.5, 0.75],
    };
    let mut scales = vec![1.0; 2];
    scales.extend(x.shape[2..].iter().map(|_| b.random.one_of(factors)));
    let shape: Vec<usize> =
        x.shape.iter().zip(&scales).map(|(&extent, &scale)| (extent as f32 * scale) as usize).collect();
    // Where these two ask how large the result is, onnxruntime goes by the rounded extent, ONNX by the exact one.
    let whole = x.shape.iter().zip(&scales).all(|(&extent, &scale)| (extent as f32 * scale).fract() == 0.0);
    let coordinates: &[&str] = match mode {
        // Where one pixel is left, ONNX's reference looks half a pixel before the picture, onnxruntime at its first.
        "cubic" if shape.contains(&1) => &["half_pixel", "asymmetric"],
        "linear" | "cubic" if whole => &["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"],
        _ => &["half_pixel", "asymmetric"],
    };
    let coordinates = b.random.one_of(coordinates);
    let mut attributes = vec![text("mode", mode), text("coordinate_transformation_mode", coordinates)];
    if mode == "nearest" {
        attributes.push(text("nearest_mode", b.random.one_of(&["round_prefer_floor", "floor", "ceil"])));
    }
    let scales = b.float_constant(&[scales.len()], &scales);
    b.node("Resize", &[&x.name, "", &scales], attributes, &shape)?;
    Some(())
}
