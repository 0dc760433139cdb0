//! The tensors or the picture that a request gives.

use super::{InputError, MessageError, picture};
use crate::model::{ElementType, Tensor};
use crate::tensors::{count, element_type, numbers, width};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What a request gives.
#[derive(Debug, PartialEq)]
pub enum Inputs<'a> {
    /// For `infer`.
    Tensors(Vec<Tensor>),
    /// For `infer-media`: a file's bytes.
    Picture(Cow<'a, [u8]>),
}

/// One input as JSON describes it. What depends on something else is read only when that is known; and then what is
/// wrong can be told with the input's name.
#[derive(Deserialize)]
pub struct Input<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    shape: &'a RawValue,
    #[serde(borrow)]
    datatype: Cow<'a, str>,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    binary_data_size: Option<u64>,
    shared_memory_region: Option<IgnoredAny>,
}

/// Where an input's elements are.
enum Data<'a> {
    Json(&'a RawValue),
    Binary(&'a [u8]),
}

impl<'a> Inputs<'a> {
    /// Reads the inputs; `binary` holds the data of those that are binary, in order.
    ///
    /// # Errors
    /// If one is wrong in itself, there is a picture beside others, or `binary` has more or fewer bytes.
    pub fn read(inputs: &[Input<'a>], mut binary: &'a [u8]) -> Result<Self, MessageError> {
        let mut tensors = Vec::with_capacity(inputs.len());
        for input in inputs {
            let name = || input.name.clone().into_owned();
            let wrong = |error| MessageError::Input { name: name(), error };
            let data = input.take(&mut binary).map_err(wrong)?;
            if input.datatype != picture::DATATYPE {
                tensors.push(input.tensor(data).map_err(wrong)?);
            } else if inputs.len() > 1 {
                return Err(MessageError::PictureAmongOthers { name: name() });
            } else {
                let bytes = input.picture(data).map_err(wrong)?;
                return if binary.is_empty() { Ok(Self::Picture(bytes)) } else { Err(left_over(binary)) };
            }
        }
        if binary.is_empty() { Ok(Self::Tensors(tensors)) } else { Err(left_over(binary)) }
    }
}

fn left_over(binary: &[u8]) -> MessageError {
    MessageError::LeftOver(binary.len())
}

impl<'a> Input<'a> {
    /// Finds the elements; those that are binary are taken off the front of `binary`.
    fn take(&self, binary: &mut &'a [u8]) -> Result<Data<'a>, InputError> {
        let parameters = self.parameters.map_or(Ok(Parameters::default()), |json| serde_json::from_str(json.get()));
        let parameters = parameters.map_err(|error| InputError::Parameters(error.to_string()))?;
        match (self.data, parameters.binary_data_size) {
            (Some(_), Some(_)) => Err(InputError::TwoData),
            (Some(json), None) => Ok(Data::Json(json)),
            (None, Some(given)) => {
                let taken = usize::try_from(given).ok().and_then(|size| binary.split_at_checked(size));
                let (data, rest) = taken.ok_or(InputError::TooShort { given, left: binary.len() })?;
                *binary = rest;
                Ok(Data::Binary(data))
            }
            (None, None) if parameters.shared_memory_region.is_some() => Err(InputError::SharedMemory),
            (None, None) => Err(InputError::NoData),
        }
    }

    /// Reads the shape, and how many elements it has.
    fn shape(&self) -> Result<(Vec<u32>, u64), InputError> {
        let shape = serde_json::from_str::<Vec<u32>>(self.shape.get());
        let shape = shape.map_err(|error| InputError::Shape(error.to_string()))?;
        let elements = count(&shape).map_err(InputError::Extents)?;
        Ok((shape, elements))
    }

    fn tensor(&self, data: Data<'a>) -> Result<Tensor, InputError> {
        let element_type = element_type(&self.datatype).map_err(InputError::Elements)?;
        let (shape, elements) = self.shape()?;
        let data = match data {
            Data::Json(_) if element_type == ElementType::F16 => return Err(InputError::HalfAsJson),
            Data::Json(json) => numbers::read(json.get(), element_type, &shape).map_err(InputError::Elements)?,
            Data::Binary(bytes) => {
                let needed = u128::from(elements) * width(element_type) as u128;
                if needed != bytes.len() as u128 {
                    return Err(InputError::Size { given: bytes.len() as u64, needed });
                }
                bytes.to_vec()
            }
        };
        if element_type == ElementType::Boolean
            && let Some(&byte) = data.iter().find(|&&byte| byte > 1)
        {
            return Err(InputError::Truth(byte));
        }
        Ok(Tensor { name: self.name.clone().into_owned(), element_type, shape, data })
    }

    fn picture(&self, data: Data<'a>) -> Result<Cow<'a, [u8]>, InputError> {
        let (_, elements) = self.shape()?;
        if elements != 1 {
            return Err(InputError::Picture(format!("its shape has {elements} elements")));
        }
        match data {
            Data::Json(json) => picture::from_json(json.get()).map(Cow::Owned),
            Data::Binary(bytes) => picture::from_binary(bytes).map(Cow::Borrowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads these inputs, written as JSON, and what follows them.
    fn read(json: &str, binary: &[u8]) -> Result<Vec<Tensor>, String> {
        let inputs: Vec<Input<'_>> = serde_json::from_str(json).unwrap();
        match Inputs::read(&inputs, binary).map_err(|error| error.to_string())? {
            Inputs::Tensors(tensors) => Ok(tensors),
            Inputs::Picture(bytes) => panic!("a picture of {} bytes", bytes.len()),
        }
    }

    fn binary(name: &str, datatype: &str, shape: &str, size: &str) -> String {
        let parameters = format!(r#"{{"binary_data_size": {size}}}"#);
        format!(r#"{{"name": "{name}", "datatype": "{datatype}", "shape": {shape}, "parameters": {parameters}}}"#)
    }

    #[test]
    fn binary_data_follow_in_order_and_json_may_be_between() {
        let between = r#"{"name": "b", "datatype": "INT16", "shape": [2], "data": [1, -1]}"#;
        let inputs =
            format!("[{}, {between}, {}]", binary("a", "FP16", "[1, 2]", "4"), binary("c", "BOOL", "[3]", "3"));
        let tensors = read(&inputs, b"\x00\x3c\x00\xbc\x01\x00\x01").unwrap();
        let named: Vec<_> = tensors.iter().map(|tensor| (tensor.name.as_str(), &tensor.data[..])).collect();
        let expected: [(&str, &[u8]); 3] =
            [("a", b"\x00\x3c\x00\xbc"), ("b", b"\x01\x00\xff\xff"), ("c", b"\x01\x00\x01")];
        assert_eq!(named, expected);
        assert_eq!((tensors[0].element_type, &tensors[0].shape[..]), (ElementType::F16, &[1, 2][..]));
    }

    #[test]
    fn sizes_that_do_not_add_up_are_refused() {
        for (shape, size, bytes, says) in [
            ("[2]", "8", 7, "binary_data_size is 8, and 7 bytes are left"),
            ("[2]", "8", 9, "1 bytes follow the last input's"),
            ("[2]", "4", 4, "binary_data_size is 4, and its shape and datatype need 8 bytes"),
            ("[2]", "18446744073709551615", 8, "binary_data_size is 18446744073709551615, and 8 bytes are left"),
            ("[4294967295, 4294967295]", "8", 8, "need 73786976260478468100 bytes"),
            ("[4294967295, 4294967295, 2]", "8", 8, "more elements than can be counted"),
            ("[2]", "-8", 8, "its parameters are wrong"),
            ("[2]", "8.0", 8, "its parameters are wrong"),
            ("[-2]", "8", 8, "its shape is no list of whole numbers from 0 to 4294967295"),
            ("[4294967296]", "8", 8, "its shape is no list of whole numbers from 0 to 4294967295"),
            ("2", "8", 8, "its shape is no list of whole numbers from 0 to 4294967295"),
        ] {
            let error = read(&format!("[{}]", binary("a", "FP32", shape, size)), &vec![0; bytes]).unwrap_err();
            assert!(error.contains(says), "it should say {says:?}, and it says {error:?}");
        }
    }

    #[test]
    fn data_that_are_missing_twice_or_in_the_wrong_form_are_refused() {
        for (fields, says) in [
            (r#""datatype": "FP32""#, "input a: it has neither data nor"),
            (r#""datatype": "FP32", "data": null"#, "neither data nor"),
            (r#""datatype": "FP32", "data": [1], "parameters": {"binary_data_size": 0}"#, "it has both data and"),
            (r#""datatype": "FP32", "parameters": {"shared_memory_region": "x"}"#, "shared memory is no extension"),
            (r#""datatype": "FP16", "data": [1]"#, "FP16 goes as binary data only"),
            (r#""datatype": "BF16", "data": [1]"#, "datatype \"BF16\" is none of FP32"),
            (r#""datatype": "FP32", "data": ["1"]"#, "\"1\" is no FP32"),
        ] {
            let error = read(&format!(r#"[{{"name": "a", "shape": [1], {fields}}}]"#), b"").unwrap_err();
            assert!(error.contains(says), "it should say {says:?}, and it says {error:?}");
        }
    }

    #[test]
    fn a_byte_that_is_no_truth_value_is_refused() {
        let error = read(&format!("[{}]", binary("a", "BOOL", "[2]", "2")), b"\x01\x02").unwrap_err();
        assert_eq!(error, "input a: a BOOL is a byte of 0 or 1, and there is 2");
    }

    #[test]
    fn a_picture_comes_alone_and_is_one() {
        let image = |shape, size| binary("image", "BYTES", shape, size);
        let error = |inputs: &str, bytes: &[u8]| read(inputs, bytes).unwrap_err();
        let beside = format!("[{}, {}]", binary("a", "INT8", "[1]", "1"), image("[1]", "5"));
        assert!(error(&beside, b"\x01\x01\0\0\0x").contains("input image is BYTES, a picture, which must be the only"));
        assert!(error(&format!("[{}]", image("[2]", "5")), b"\x01\0\0\0x").contains("its shape has 2 elements"));
        assert!(error(&format!("[{}]", image("[1]", "5")), b"\x02\0\0\0x").contains("its element has 2 bytes"));
        assert!(error(&format!("[{}]", image("[1]", "5")), b"\x01\0\0\0xy").contains("1 bytes follow the last"));
        let inputs: Vec<Input<'_>> =
            serde_json::from_str(r#"[{"name": "i", "shape": [1, 1], "datatype": "BYTES", "data": ["eA=="]}]"#).unwrap();
        assert_eq!(Inputs::read(&inputs, b""), Ok(Inputs::Picture(Cow::Owned(b"x".to_vec()))));
    }
}
