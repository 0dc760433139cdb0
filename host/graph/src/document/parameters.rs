//! The parameters of a document, by name.

use super::numbers::{Element, Reading};
use crate::parameters::{Array, Parameters};
use crate::tensor;
use base64::Engine;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;
use tract_onnx::pb::tensor_proto::DataType;

/// Reads parameters of at most so many numbers, all together.
pub(super) struct Named {
    /// How many.
    pub most: usize,
}

impl<'de> DeserializeSeed<'de> for Named {
    type Value = Parameters;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Parameters, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Named {
    type Value = Parameters;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with the parameters by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
        let mut parameters = Parameters::new();
        let mut left = self.most;
        while let Some(name) = map.next_key::<String>()? {
            let (array, numbers) = map.next_value_seed(One { name: &name, most: left })?;
            left -= numbers;
            if parameters.insert(name.clone(), array).is_some() {
                return Err(A::Error::custom(format!("parameter {name:?} is there twice")));
            }
        }
        Ok(parameters)
    }
}

/// Reads one parameter, and says how many numbers it has.
struct One<'a> {
    name: &'a str,
    most: usize,
}

impl One<'_> {
    fn wrong<E: Error>(&self, why: impl fmt::Display) -> E {
        E::custom(format!("parameter {:?}: {why}", self.name))
    }
}

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = (Array, usize);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// What an object says beside its numbers.
#[derive(Default)]
struct Form {
    shape: Option<Vec<i64>>,
    element_type: Option<String>,
    data: Option<Data>,
}

enum Data {
    Numbers(Reading),
    Bytes(Vec<u8>),
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = (Array, usize);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the numbers of the parameter {:?}", self.name)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        self.alone(|element| element.visit_i64(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        self.alone(|element| element.visit_u64(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        self.alone(|element| element.visit_f64(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        self.alone(|element| element.visit_seq(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut form = Form::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "shape" => form.shape = Some(map.next_value()?),
                "type" | "dtype" => form.element_type = Some(map.next_value()?),
                "data" => form.data = Some(map.next_value_seed(DataSeed { most: self.most })?),
                other => {
                    return Err(self.wrong(format!("the field {other:?} is not known; there are shape, type and data")));
                }
            }
        }
        self.formed(form).map_err(|why| self.wrong(why))
    }
}

impl One<'_> {
    fn alone<E: Error>(self, visit: impl FnOnce(Element) -> Result<(), E>) -> Result<(Array, usize), E> {
        let mut reading = Reading::new(self.most);
        visit(Element { reading: &mut reading, depth: 0 }).map_err(|error| self.wrong(error))?;
        let numbers = reading.len();
        Ok((reading.finish(None).map_err(|why| self.wrong(why))?, numbers))
    }

    fn formed(&self, form: Form) -> Result<(Array, usize), String> {
        let named = |name: &String| element_type(name).ok_or_else(|| format!("{name:?} is no element type"));
        let data_type = form.element_type.as_ref().map(named).transpose()?;
        match form.data.ok_or("it has no `data`")? {
            Data::Numbers(reading) => {
                let numbers = reading.len();
                let array = reading.finish(form.shape)?;
                let Some(wanted) = data_type else { return Ok((array, numbers)) };
                let data = array.converted(wanted).ok_or("its numbers are not of its type")?;
                Ok((Array { data_type: wanted, data, ..array }, numbers))
            }
            Data::Bytes(data) => {
                let shape = form.shape.ok_or("its data are bytes, so that it needs a `shape`")?;
                let data_type = data_type.ok_or("its data are bytes, so that it needs a `type`")?;
                let bits = tensor::bits(data_type).ok_or("its data cannot be bytes: it holds texts")?;
                let bytes = (tensor::elements(&shape)? * bits).div_ceil(8);
                if bytes != data.len() as u64 {
                    return Err(format!("its shape {shape:?} takes {bytes} bytes, and it has {}", data.len()));
                }
                let numbers = data.len();
                Ok((Array { data_type, shape, data }, numbers))
            }
        }
    }
}

/// Reads numbers, or bytes in base64.
struct DataSeed {
    most: usize,
}

impl<'de> DeserializeSeed<'de> for DataSeed {
    type Value = Data;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Data, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DataSeed {
    type Value = Data;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of numbers, or bytes in base64")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Data, A::Error> {
        let mut reading = Reading::new(self.most);
        Element { reading: &mut reading, depth: 0 }.visit_seq(list)?;
        Ok(Data::Numbers(reading))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Data, E> {
        let bytes = base64::engine::general_purpose::STANDARD.decode(text);
        let bytes = bytes.map_err(|error| E::custom(format!("the data are no base64: {error}")))?;
        if bytes.len() > self.most {
            return Err(E::custom("there are more bytes than a model may have"));
        }
        Ok(Data::Bytes(bytes))
    }
}

/// An element type by the name that the structure format gives it, or NumPy.
fn element_type(name: &str) -> Option<DataType> {
    match name {
        "float32" => Some(DataType::Float),
        "float64" => Some(DataType::Double),
        name => tensor::type_named(name),
    }
}
