//! Numbers as JSON writes them.

use super::format::Scalar;
use serde_json::Number;
use tract_onnx::pb::tensor_proto::DataType;

/// The shortest decimal that reads back as the same value.
pub(super) fn from_f32(value: f32) -> Scalar {
    let shortest: f64 = value.to_string().parse().unwrap_or(f64::NAN);
    // Readers go through f64, and rounding twice may differ from rounding once.
    from_f64(if shortest as f32 == value { shortest } else { f64::from(value) })
}

/// The shortest decimal that reads back as the same value.
pub(super) fn from_f64(value: f64) -> Scalar {
    match Number::from_f64(value) {
        Some(number) => Scalar::Number(number),
        None if value.is_nan() => Scalar::Text("nan".into()),
        None if value > 0.0 => Scalar::Text("inf".into()),
        None => Scalar::Text("-inf".into()),
    }
}

/// The value as a float.
pub(super) fn to_f64(scalar: &Scalar) -> Result<f64, String> {
    match scalar {
        Scalar::Number(number) => number.as_f64().ok_or_else(|| format!("{number} is out of range")),
        Scalar::Text(text) if text == "nan" => Ok(f64::NAN),
        Scalar::Text(text) if text == "inf" => Ok(f64::INFINITY),
        Scalar::Text(text) if text == "-inf" => Ok(f64::NEG_INFINITY),
        other => Err(format!("{other:?} is not a number")),
    }
}

/// Little-endian elements as JSON; `None` for types that JSON cannot hold exactly.
pub(super) fn read_elements(data_type: DataType, raw: &[u8]) -> Option<Vec<Scalar>> {
    use DataType as D;
    Some(match data_type {
        D::Float => each(raw, |bytes| from_f32(f32::from_le_bytes(bytes))),
        D::Double => each(raw, |bytes| from_f64(f64::from_le_bytes(bytes))),
        D::Int8 => each(raw, |bytes| Scalar::Number(i8::from_le_bytes(bytes).into())),
        D::Int16 => each(raw, |bytes| Scalar::Number(i16::from_le_bytes(bytes).into())),
        D::Int32 => each(raw, |bytes| Scalar::Number(i32::from_le_bytes(bytes).into())),
        D::Int64 => each(raw, |bytes| Scalar::Number(i64::from_le_bytes(bytes).into())),
        D::Uint8 => each(raw, |bytes| Scalar::Number(u8::from_le_bytes(bytes).into())),
        D::Uint16 => each(raw, |bytes| Scalar::Number(u16::from_le_bytes(bytes).into())),
        D::Uint32 => each(raw, |bytes| Scalar::Number(u32::from_le_bytes(bytes).into())),
        D::Uint64 => each(raw, |bytes| Scalar::Number(u64::from_le_bytes(bytes).into())),
        D::Bool => each(raw, |[byte]| Scalar::Bool(byte != 0)),
        _ => return None,
    })
}

fn each<const N: usize>(raw: &[u8], scalar: impl Fn([u8; N]) -> Scalar) -> Vec<Scalar> {
    raw.as_chunks::<N>().0.iter().map(|&bytes| scalar(bytes)).collect()
}

/// Elements as little-endian bytes.
pub(super) fn write_elements(data_type: DataType, values: &[Scalar]) -> Result<Vec<u8>, String> {
    use DataType as D;
    let mut raw = Vec::new();
    for value in values {
        match data_type {
            D::Float => raw.extend((to_f64(value)? as f32).to_le_bytes()),
            D::Double => raw.extend(to_f64(value)?.to_le_bytes()),
            D::Int8 => raw.extend(whole::<i8>(value)?.to_le_bytes()),
            D::Int16 => raw.extend(whole::<i16>(value)?.to_le_bytes()),
            D::Int32 => raw.extend(whole::<i32>(value)?.to_le_bytes()),
            D::Int64 => raw.extend(whole::<i64>(value)?.to_le_bytes()),
            D::Uint8 => raw.extend(whole::<u8>(value)?.to_le_bytes()),
            D::Uint16 => raw.extend(whole::<u16>(value)?.to_le_bytes()),
            D::Uint32 => raw.extend(whole::<u32>(value)?.to_le_bytes()),
            D::Uint64 => raw.extend(whole::<u64>(value)?.to_le_bytes()),
            D::Bool => match value {
                Scalar::Bool(value) => raw.push(u8::from(*value)),
                other => return Err(format!("{other:?} is neither true nor false")),
            },
            _ => return Err("values of this type cannot be in the structure; put them into the parameters".into()),
        }
    }
    Ok(raw)
}

fn whole<T: TryFrom<i128>>(value: &Scalar) -> Result<T, String> {
    let Scalar::Number(number) = value else { return Err(format!("{value:?} is not a number")) };
    let whole = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
    whole.and_then(|n| T::try_from(n).ok()).ok_or_else(|| format!("{number} is not a whole number of this type"))
}
