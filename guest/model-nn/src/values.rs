//! The elements of a tensor.

use maasm_plan::ElementType;

/// Elements in row-major order.
pub enum Values {
    /// f32, where they are to be read or written as such.
    Floats(Vec<f32>),
    /// All others, little-endian.
    Bytes(Vec<u8>),
}

impl Values {
    /// So many zeros.
    pub fn zeroed(element_type: ElementType, elements: usize) -> Self {
        match element_type {
            ElementType::F32 => Self::Floats(vec![0.0; elements]),
            other => Self::Bytes(vec![0; elements * other.size() as usize]),
        }
    }

    /// Elements of this type from their bytes.
    pub fn read(element_type: ElementType, bytes: Vec<u8>) -> Self {
        match element_type {
            ElementType::F32 => Self::Floats(bytes.as_chunks().0.iter().copied().map(f32::from_le_bytes).collect()),
            _ => Self::Bytes(bytes),
        }
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Floats(floats) => bytemuck::cast_slice(floats),
            Self::Bytes(bytes) => bytes,
        }
    }

    pub fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Floats(floats) => bytemuck::cast_slice_mut(floats),
            Self::Bytes(bytes) => bytes,
        }
    }
}
