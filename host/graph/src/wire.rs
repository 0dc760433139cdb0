//! What a protobuf file would take in memory, told before anything is allocated.
//!
//! Two bytes on disk can ask for hundreds in memory (an empty node), so a decoder alone is no guard. This walks the
//! fields as <https://protobuf.dev/programming-guides/encoding/> describes them, down to the messages that repeat.

/// The messages of onnx.proto3 that are looked into; everything else is counted as bytes.
#[derive(Clone, Copy, PartialEq)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
    Function,
    Training,
    Value,
    Type,
    TensorType,
    Shape,
    Other,
}

/// What a message takes at most, beside its contents: `AttributeProto` is the largest.
const MESSAGE: u64 = 512;
/// What a string or a byte string takes beside its contents.
const TEXT: u64 = 32;
/// How deep messages may lie in each other; prost stops there too.
const DEPTH: usize = 100;

/// Why a file cannot be decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// A field says that it is longer than what is left.
    Truncated { claimed: u64, left: u64 },
    /// These bytes are not protobuf.
    NotProtobuf,
    /// Messages lie too deep in each other.
    TooDeep,
}

/// Bytes that decoding the file would take, roughly and never too few.
pub(super) fn cost(bytes: &[u8]) -> Result<u64, Problem> {
    walk(bytes, Message::Model, 0)
}

fn walk(mut bytes: &[u8], message: Message, depth: usize) -> Result<u64, Problem> {
    if depth >= DEPTH {
        return Err(Problem::TooDeep);
    }
    let mut cost = MESSAGE;
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let field = key >> 3;
        match key & 7 {
            0 => {
                varint(&mut bytes)?;
                // A repeated number that is not packed: one element for each key.
                cost += 16;
            }
            1 => {
                take(&mut bytes, 8)?;
                cost += 16;
            }
            2 => {
                let len = varint(&mut bytes)?;
                let contents = take(&mut bytes, len)?;
                cost += match child(message, field) {
                    Some(child) => walk(contents, child, depth + 1)?,
                    None if packed(message, field) => 16 * contents.iter().filter(|&&byte| byte < 0x80).count() as u64,
                    None => TEXT + len,
                };
            }
            5 => {
                take(&mut bytes, 4)?;
                cost += 16;
            }
            _ => return Err(Problem::NotProtobuf),
        }
        if field == 0 {
            return Err(Problem::NotProtobuf);
        }
    }
    Ok(cost)
}

/// The message in a field, by the numbers in onnx.proto3.
fn child(message: Message, field: u64) -> Option<Message> {
    Some(match (message, field) {
        (Message::Model, 7) => Message::Graph,
        (Message::Model, 20) => Message::Training,
        (Message::Model, 25) => Message::Function,
        (Message::Model, 8 | 14) => Message::Other,
        (Message::Training, 1 | 2) => Message::Graph,
        (Message::Training, 3 | 4) => Message::Other,
        (Message::Graph, 1) | (Message::Function, 7) => Message::Node,
        (Message::Function, 9) => Message::Other,
        (Message::Graph, 5) => Message::Tensor,
        (Message::Graph, 15) => Message::SparseTensor,
        (Message::Graph, 11..=13) => Message::Value,
        (Message::Graph, 14) => Message::Other,
        (Message::Node, 5) => Message::Attribute,
        (Message::Attribute, 5 | 10) => Message::Tensor,
        (Message::Attribute, 6 | 11) => Message::Graph,
        (Message::Attribute, 22 | 23) => Message::SparseTensor,
        (Message::Attribute, 15) => Message::Type,
        (Message::Value, 2) => Message::Type,
        (Message::Type, 1) => Message::TensorType,
        (Message::TensorType, 2) => Message::Shape,
        (Message::Shape, 1) => Message::Other,
        (Message::SparseTensor, 1 | 2) => Message::Tensor,
        (Message::Tensor, 3 | 13) => Message::Other,
        _ => return None,
    })
}

/// Whether a field holds whole numbers in a row, each of which may be one byte here and eight in memory.
fn packed(message: Message, field: u64) -> bool {
    matches!((message, field), (Message::Tensor, 1 | 5 | 7 | 11) | (Message::Attribute, 8) | (Message::SparseTensor, 3))
}

fn take<'a>(bytes: &mut &'a [u8], len: u64) -> Result<&'a [u8], Problem> {
    let left = bytes.len() as u64;
    if len > left {
        return Err(Problem::Truncated { claimed: len, left });
    }
    let (taken, rest) = bytes.split_at(len as usize);
    *bytes = rest;
    Ok(taken)
}

fn varint(bytes: &mut &[u8]) -> Result<u64, Problem> {
    let mut value = 0u64;
    for index in 0..10 {
        let (&byte, rest) = bytes.split_first().ok_or(Problem::Truncated { claimed: 1, left: 0 })?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).wrapping_shl(7 * index);
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Problem::NotProtobuf)
}
