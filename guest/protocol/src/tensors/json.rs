//! Tensors as JSON, in the form of the
//! [Open Inference Protocol](https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md):
//! `{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [0.5, 1]}`. `data` is flat or nested as the shape is.

use super::{datatype, element_type, elements, numbers};
use crate::model::Tensor;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request<'a> {
    #[serde(borrow)]
    inputs: Vec<Given<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    shape: Vec<u32>,
    #[serde(borrow)]
    datatype: Cow<'a, str>,
    /// Read only when the type is known: as a tree of values it would take ten times the memory.
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Reads `{"inputs": [tensor, …]}`.
///
/// # Errors
/// If it is no JSON, of another form, or a tensor's data do not fit its shape and datatype.
pub fn read(bytes: &[u8]) -> Result<Vec<Tensor>, String> {
    let request: Request<'_> = serde_json::from_slice(bytes).map_err(|error| {
        format!(
            "{error}; write {{\"inputs\": [{{\"name\": \"x\", \"shape\": [2], \"datatype\": \"FP32\", \"data\": [1, 2]}}]}}"
        )
    })?;
    request
        .inputs
        .into_iter()
        .map(|given| tensor(&given).map_err(|why| format!("tensor {}: {why}", given.name)))
        .collect()
}

fn tensor(given: &Given<'_>) -> Result<Tensor, String> {
    let element_type = element_type(&given.datatype)?;
    let data = numbers::read(given.data.get(), element_type, &given.shape)?;
    Ok(Tensor { name: given.name.clone().into_owned(), element_type, shape: given.shape.clone(), data })
}

/// A tensor as it is given, for the description of the interface.
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = TensorGiven))]
#[expect(dead_code, reason = "it describes what `Given` reads")]
pub struct GivenTensor {
    /// The input's name.
    name: String,
    /// Its extents.
    shape: Vec<u32>,
    /// `BOOL`, `INT8` to `INT64`, `UINT8` to `UINT64`, `FP16`, `FP32` or `FP64`.
    #[cfg_attr(feature = "server", schema(example = "FP32"))]
    datatype: String,
    /// The elements, row by row: flat, or nested as the shape is.
    data: Vec<serde_json::Value>,
}

/// Tensors to be written; the elements are flat, and what is no number is `null`.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = Tensor))]
pub struct Written<'a> {
    /// The output's name.
    name: &'a str,
    /// `BOOL`, `INT8` to `INT64`, `UINT8` to `UINT64`, `FP16`, `FP32` or `FP64`.
    #[cfg_attr(feature = "server", schema(example = "FP32"))]
    datatype: &'static str,
    /// Its extents.
    shape: &'a [u32],
    /// The elements, flat, row by row; what is no number is `null`.
    #[cfg_attr(feature = "server", schema(value_type = Vec<serde_json::Value>))]
    data: Data<'a>,
}

struct Data<'a>(&'a Tensor);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(elements(self.0))
    }
}

impl<'a> From<&'a Tensor> for Written<'a> {
    fn from(tensor: &'a Tensor) -> Self {
        let datatype = datatype(tensor.element_type);
        Self { name: &tensor.name, datatype, shape: &tensor.shape, data: Data(tensor) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ElementType;
    use serde_json::{Value, json};

    fn read_one(tensor: &Value) -> Result<Tensor, String> {
        read(json!({ "inputs": [tensor] }).to_string().as_bytes()).map(|mut tensors| tensors.remove(0))
    }

    #[test]
    fn every_type_comes_back_as_it_was_given() {
        for (datatype, data) in [
            ("FP32", json!([0.1f32, -1.5e9f32])),
            ("FP16", json!([0.5, -2.0])),
            ("FP64", json!([0.1, 1e300])),
            ("INT8", json!([-128, 127])),
            ("INT16", json!([-32768, 32767])),
            ("INT32", json!([i32::MIN, i32::MAX])),
            ("INT64", json!([i64::MIN, i64::MAX])),
            ("UINT8", json!([0, 255])),
            ("UINT16", json!([0, 65535])),
            ("UINT32", json!([0, u32::MAX])),
            ("UINT64", json!([0, u64::MAX])),
            ("BOOL", json!([true, false])),
        ] {
            let given = json!({ "name": "x", "datatype": datatype, "shape": [1, 2], "data": data });
            let tensor = read_one(&given).unwrap();
            let back: Value = serde_json::from_str(&serde_json::to_string(&Written::from(&tensor)).unwrap()).unwrap();
            assert_eq!((&back["datatype"], &back["shape"]), (&given["datatype"], &given["shape"]));
            let numbers = |value: &Value| value["data"].to_string();
            assert_eq!(read_one(&back).unwrap(), tensor, "{} became {}", numbers(&given), numbers(&back));
        }
    }

    #[test]
    fn data_may_be_nested() {
        let nested = json!({ "name": "x", "datatype": "INT32", "shape": [2, 2], "data": [[1, 2], [3, 4]] });
        let flat = json!({ "name": "x", "datatype": "INT32", "shape": [2, 2], "data": [1, 2, 3, 4] });
        assert_eq!(read_one(&nested), read_one(&flat));
        assert_eq!(read_one(&flat).unwrap().data, [1i32, 2, 3, 4].map(i32::to_le_bytes).concat());
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_reason() {
        for (datatype, shape, data, reason) in [
            ("FP32", json!([2]), json!([1]), "has 2 elements, its data 1"),
            ("FP32", json!([1]), json!([1, 2]), "more elements than its shape"),
            ("FP32", json!([1]), json!([1e39]), "is no FP32"),
            ("FP32", json!([1]), json!(["1"]), "\"1\" is no FP32"),
            ("FP32", json!([1]), json!([null]), "null is no FP32"),
            ("INT8", json!([1]), json!([128]), "128 is no INT8"),
            ("INT64", json!([1]), json!([1.5]), "1.5 is no INT64"),
            ("UINT8", json!([1]), json!([-1]), "-1 is no UINT8"),
            ("BOOL", json!([1]), json!([1]), "1 is no BOOL"),
            ("FP32", json!([1]), json!([true]), "true is no FP32"),
            ("f32", json!([1]), json!([1]), "none of FP32, FP16"),
            ("FP32", json!([u32::MAX, u32::MAX, u32::MAX]), json!([1]), "more elements than can be counted"),
        ] {
            let given = json!({ "name": "x", "datatype": datatype, "shape": shape, "data": data });
            let error = read_one(&given).unwrap_err();
            assert!(error.starts_with("tensor x: ") && error.contains(reason), "{reason}: {error}");
        }
        for wrong in ["{", "{}", r#"{"inputs": 1}"#, r#"{"inputs": [], "outputs": []}"#] {
            assert!(read(wrong.as_bytes()).unwrap_err().contains("write {\"inputs\""), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_number_is_null() {
        let data = [f32::NAN, f32::INFINITY, 1.0].map(f32::to_le_bytes).concat();
        let tensor = Tensor { name: "x".into(), element_type: ElementType::F32, shape: vec![3], data };
        assert_eq!(json!(Written::from(&tensor))["data"], json!([null, null, 1.0]));
    }
}
