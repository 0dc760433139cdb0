//! Files as PyTorch saves state dicts, written byte by byte.

use std::io::{Cursor, Write};
use tract_onnx::pb::TensorProto;
use zip::{ZipWriter, write::SimpleFileOptions};

/// A tensor as `torch.save` sees it.
pub struct Tensor {
    /// Its key in the state dict.
    pub name: String,
    /// Its storage's class.
    pub class: &'static str,
    /// Bytes of an element.
    pub width: usize,
    /// The storage's bytes.
    pub storage: Vec<u8>,
    /// Elements before the first.
    pub offset: i32,
    /// Extents.
    pub shape: Vec<i64>,
    /// Elements from one to the next along each axis.
    pub strides: Vec<i64>,
}

/// A state dict.
pub struct StateDict {
    /// Its entries.
    pub tensors: Vec<Tensor>,
}

impl StateDict {
    /// Dense f32 and i64 tensors.
    pub fn of(tensors: &[TensorProto]) -> Self {
        let tensor = |tensor: &TensorProto| Tensor {
            name: tensor.name.clone(),
            class: if tensor.data_type == 1 { "FloatStorage" } else { "LongStorage" },
            width: if tensor.data_type == 1 { 4 } else { 8 },
            storage: tensor.raw_data.clone(),
            offset: 0,
            shape: tensor.dims.clone(),
            strides: (0..tensor.dims.len()).map(|axis| tensor.dims[axis + 1..].iter().product()).collect(),
        };
        Self { tensors: tensors.iter().map(tensor).collect() }
    }

    /// The state dict's pickle, protocol 2, as CPython writes it but for the memo.
    fn pickle(&self) -> Vec<u8> {
        let mut pickle = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
        for (index, tensor) in self.tensors.iter().enumerate() {
            text(&mut pickle, &tensor.name);
            pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
            text(&mut pickle, "storage");
            pickle.extend(format!("ctorch\n{}\n", tensor.class).bytes());
            text(&mut pickle, &index.to_string());
            text(&mut pickle, "cpu");
            int(&mut pickle, (tensor.storage.len() / tensor.width) as i32);
            pickle.extend(b"tQ");
            int(&mut pickle, tensor.offset);
            for numbers in [&tensor.shape, &tensor.strides] {
                pickle.push(b'(');
                numbers.iter().for_each(|&n| int(&mut pickle, n as i32));
                pickle.push(b't');
            }
            pickle.extend(b"\x89ccollections\nOrderedDict\n)RtR");
        }
        // The attributes that a module's own state dict has.
        pickle.extend(b"u}");
        text(&mut pickle, "_metadata");
        pickle.extend(b"}sb.");
        pickle
    }

    /// The layout before PyTorch 1.6.
    pub fn legacy(&self) -> Vec<u8> {
        let mut file = legacy_of(&self.pickle());
        file.extend(b"\x80\x02](");
        (0..self.tensors.len()).for_each(|index| text(&mut file, &index.to_string()));
        file.extend(b"e.");
        for tensor in &self.tensors {
            file.extend((tensor.storage.len() as u64 / tensor.width as u64).to_le_bytes());
            file.extend(&tensor.storage);
        }
        file
    }

    /// The layout since PyTorch 1.6.
    pub fn archive(&self) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let mut member = |name: &str, bytes: &[u8]| {
            zip.start_file(format!("archive/{name}"), options).unwrap();
            zip.write_all(bytes).unwrap();
        };
        member("data.pkl", &self.pickle());
        member("byteorder", b"little");
        for (index, tensor) in self.tensors.iter().enumerate() {
            member(&format!("data/{index}"), &tensor.storage);
        }
        zip.finish().unwrap().into_inner()
    }
}

/// What stands before the object's pickle in the old layout, and that pickle.
pub fn legacy_of(object: &[u8]) -> Vec<u8> {
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}(".to_vec();
    text(&mut file, "little_endian");
    file.extend(b"\x88u.");
    file.extend(object);
    file
}

fn text(pickle: &mut Vec<u8>, text: &str) {
    pickle.push(b'X');
    pickle.extend((text.len() as u32).to_le_bytes());
    pickle.extend(text.bytes());
}

fn int(pickle: &mut Vec<u8>, value: i32) {
    pickle.push(b'J');
    pickle.extend(value.to_le_bytes());
}
