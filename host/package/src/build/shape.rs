//! Shapes as arguments: `NAME=1x3x224x224`.

/// The input's name and its shape.
///
/// # Errors
/// If the text has another form or an extent is not a positive whole number.
pub fn parse(text: &str) -> Result<(String, Vec<usize>), String> {
    // Names may hold "=", shapes do not.
    let (name, shape) = text.rsplit_once('=').ok_or("write it as NAME=1x3x224x224")?;
    let extent = |part: &str| match part.trim().parse() {
        Ok(0) | Err(_) => Err(format!("{part:?} is not a positive whole number; write it as NAME=1x3x224x224")),
        Ok(extent) => Ok(extent),
    };
    Ok((name.into(), shape.split('x').map(extent).collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_shape_is_a_name_and_extents() {
        assert_eq!(parse("image=1x3x224x224"), Ok(("image".into(), vec![1, 3, 224, 224])));
        assert_eq!(parse("a=b=2x5"), Ok(("a=b".into(), vec![2, 5])));
        for wrong in ["image", "image=", "image=1x", "image=0x3", "image=-1x3", "image=axb", "image=1,3"] {
            assert!(parse(wrong).is_err(), "{wrong} was accepted");
        }
    }
}
