//! Pictures in: each decoder and each way of preprocessing has one function here, and in WebAssembly a symbol for it, by which
//! the packager finds those that a model has no use for and leaves them out.

use maasm_media::{Limits, MediaError, MediaType, Picture};
use maasm_plan::recipe::{Channels, ImageRecipe, Layout};

/// Makes functions that call those of the same name in [`maasm_media`].
macro_rules! entries {
    ($($symbol:literal $name:ident($($argument:ident: $kind:ty),*) $(-> $result:ty)?;)*) => {$(
        #[inline(never)]
        // SAFETY: no other symbol of the module has this name.
        #[cfg_attr(target_arch = "wasm32", unsafe(export_name = $symbol))]
        fn $name($($argument: $kind),*) $(-> $result)? {
            maasm_media::$name($($argument),*)
        }
    )*};
}

entries! {
    "maasm_decode_jpeg" decode_jpeg(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError>;
    "maasm_decode_png" decode_png(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError>;
    "maasm_decode_webp" decode_webp(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError>;
    "maasm_decode_gif" decode_gif(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError>;
    "maasm_decode_bmp" decode_bmp(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError>;
    "maasm_preprocess_colour" preprocess_colour(picture: &Picture, recipe: &ImageRecipe, layout: Layout, out: &mut [f32]);
    "maasm_preprocess_grey" preprocess_grey(picture: &Picture, recipe: &ImageRecipe, layout: Layout, out: &mut [f32]);
}

/// Decodes a picture, within the limits that every model has, if it is of these media types.
///
/// # Errors
/// As [`maasm_media::decode`], and if it is of another one.
pub fn decode(bytes: &[u8], accepted: &[MediaType]) -> Result<Picture, MediaError> {
    let limits = Limits::default();
    let media_type = maasm_media::recognise(bytes)?;
    if !accepted.contains(&media_type) {
        return Err(MediaError::Unsupported(format!("this is {}", media_type.name())));
    }
    match media_type {
        MediaType::Jpeg => decode_jpeg(bytes, &limits),
        MediaType::Png => decode_png(bytes, &limits),
        MediaType::WebP => decode_webp(bytes, &limits),
        MediaType::Gif => decode_gif(bytes, &limits),
        MediaType::Bmp => decode_bmp(bytes, &limits),
    }
}

/// The media types with these names; all of them if there are no names.
///
/// # Errors
/// If there is no decoder for one.
pub fn types(names: &[String]) -> Result<Vec<MediaType>, String> {
    let find = |name: &String| {
        let found = MediaType::ALL.into_iter().find(|media_type| media_type.name() == name);
        found.ok_or_else(|| format!("there is no decoder for {name}"))
    };
    match names {
        [] => Ok(MediaType::ALL.into()),
        names => names.iter().map(find).collect(),
    }
}

/// Turns a picture into the tensor that the recipe describes.
pub fn preprocess(picture: &Picture, recipe: &ImageRecipe, layout: Layout, out: &mut [f32]) {
    match recipe.channels {
        Channels::Rgb | Channels::Bgr => preprocess_colour(picture, recipe, layout, out),
        Channels::Grey => preprocess_grey(picture, recipe, layout, out),
    }
}
