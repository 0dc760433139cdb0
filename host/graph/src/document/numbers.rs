//! The numbers of a tensor as JSON has them: lists in lists, as NumPy's `tolist` gives them.

use crate::parameters::Array;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use std::fmt;
use tract_onnx::pb::tensor_proto::DataType;

/// Numbers that are being read. They are whole until one comes that is not.
#[derive(Debug)]
enum Numbers {
    /// All of them so far.
    Whole(Vec<i64>),
    /// Not all of them.
    Real(Vec<f64>),
}

/// A tensor that is being read.
#[derive(Debug)]
pub(super) struct Reading {
    numbers: Numbers,
    /// The extent of each axis, once a list of that depth has ended.
    extents: Vec<Option<usize>>,
    /// How deep numbers lie.
    depth: Option<usize>,
    /// How many more there may be.
    left: usize,
}

impl Reading {
    /// For at most so many numbers.
    pub fn new(left: usize) -> Self {
        Self { numbers: Numbers::Whole(Vec::new()), extents: Vec::new(), depth: None, left }
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        match &self.numbers {
            Numbers::Whole(numbers) => numbers.len(),
            Numbers::Real(numbers) => numbers.len(),
        }
    }

    /// The array, in the shape that the lists have or in this one.
    ///
    /// # Errors
    /// If this shape does not hold so many.
    pub fn finish(self, shape: Option<Vec<i64>>) -> Result<Array, String> {
        let found: Vec<i64> = self.extents.iter().map(|extent| extent.unwrap_or_default() as i64).collect();
        let shape = match shape {
            None => found,
            Some(shape) => {
                let wanted =
                    shape.iter().try_fold(1i64, |product, &extent| product.checked_mul(extent).filter(|_| extent >= 0));
                if wanted != i64::try_from(self.len()).ok() {
                    return Err(format!("its shape {shape:?} does not hold the {} numbers that it has", self.len()));
                }
                shape
            }
        };
        let (data_type, data) = match self.numbers {
            Numbers::Whole(numbers) => (DataType::Int64, numbers.iter().flat_map(|n| n.to_le_bytes()).collect()),
            Numbers::Real(numbers) => (DataType::Double, numbers.iter().flat_map(|n| n.to_le_bytes()).collect()),
        };
        Ok(Array { data_type, shape, data })
    }

    fn number(&mut self, depth: usize) -> Result<(), String> {
        if *self.depth.get_or_insert(depth) != depth || self.extents.len() > depth {
            return Err("it has numbers and lists side by side".into());
        }
        self.left = self.left.checked_sub(1).ok_or("it has more numbers than a model may have")?;
        Ok(())
    }

    fn whole(&mut self, depth: usize, number: i64) -> Result<(), String> {
        self.number(depth)?;
        match &mut self.numbers {
            Numbers::Whole(numbers) => numbers.push(number),
            Numbers::Real(numbers) => numbers.push(number as f64),
        }
        Ok(())
    }

    fn real(&mut self, depth: usize, number: f64) -> Result<(), String> {
        self.number(depth)?;
        if let Numbers::Whole(numbers) = &self.numbers {
            self.numbers = Numbers::Real(numbers.iter().map(|&number| number as f64).collect());
        }
        let Numbers::Real(numbers) = &mut self.numbers else { unreachable!("they were made so") };
        numbers.push(number);
        Ok(())
    }

    fn begin(&mut self, depth: usize) -> Result<(), String> {
        if self.depth.is_some_and(|of_numbers| of_numbers <= depth) {
            return Err("it has numbers and lists side by side".into());
        }
        if self.extents.len() <= depth {
            self.extents.push(None);
        }
        Ok(())
    }

    fn end(&mut self, depth: usize, len: usize) -> Result<(), String> {
        match *self.extents[depth].get_or_insert(len) {
            extent if extent == len => Ok(()),
            extent => Err(format!("a list at depth {} has {len} elements, and one before it had {extent}", depth + 1)),
        }
    }
}

/// Reads a number or a list into a tensor.
pub(super) struct Element<'a> {
    /// The tensor.
    pub reading: &'a mut Reading,
    /// In how many lists it lies.
    pub depth: usize,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number or a list of numbers")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.reading.whole(self.depth, value.into()).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.reading.whole(self.depth, value).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.reading.whole(self.depth, value),
            Err(_) => self.reading.real(self.depth, value as f64),
        }
        .map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.reading.real(self.depth, value).map_err(E::custom)
    }

    /// JSON has no word for what is not finite.
    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        let number = match value {
            "inf" => f64::INFINITY,
            "-inf" => f64::NEG_INFINITY,
            "nan" => f64::NAN,
            _ => return Err(E::custom(format!("{value:?} is no number"))),
        };
        self.reading.real(self.depth, number).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Element { reading, depth } = self;
        reading.begin(depth).map_err(A::Error::custom)?;
        let mut len = 0;
        while list.next_element_seed(Element { reading: &mut *reading, depth: depth + 1 })?.is_some() {
            len += 1;
        }
        reading.end(depth, len).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Array, String> {
        let mut reading = Reading::new(100);
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let element = Element { reading: &mut reading, depth: 0 };
        element.deserialize(&mut deserializer).map_err(|error| error.to_string())?;
        reading.finish(None)
    }

    #[test]
    fn lists_in_lists_have_a_shape() {
        let array = read("[[1, 2.5, 3], [4, 5, 6]]").unwrap();
        assert_eq!((array.data_type, &array.shape[..]), (DataType::Double, &[2, 3][..]));
        let numbers: Vec<f64> = array.data.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        assert_eq!(numbers, [1.0, 2.5, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(read("7").unwrap().shape, [] as [i64; 0]);
        assert_eq!(read("[[], []]").unwrap().shape, [2, 0]);
        assert_eq!(read("[9223372036854775807]").unwrap().data, i64::MAX.to_le_bytes());
    }

    #[test]
    fn lists_of_other_lengths_or_depths_are_refused() {
        for (text, says) in [
            ("[[1, 2], [3]]", "has 1 elements, and one before it had 2"),
            ("[1, [2]]", "side by side"),
            ("[[1], 2]", "side by side"),
            ("[[[1]], [2]]", "side by side"),
            ("[\"one\"]", "\"one\" is no number"),
            ("[null]", "null"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
        assert!(read(&format!("[{}1]", "1, ".repeat(200))).unwrap_err().contains("more numbers"));
        assert!(read(&("[".repeat(10_000) + &"]".repeat(10_000))).unwrap_err().contains("recursion"));
    }
}
