//! The part of Python's pickle that a saved state dict consists of.
//!
//! A pickle is a program for a stack machine that may call any function. This machine calls none: it knows a handful
//! of names, for which it makes objects of its own, and refuses every other. The instructions are those of CPython's
//! `Lib/pickletools.py`. Objects lie in one list and refer to each other by index, so that no nesting, however deep,
//! needs recursion.

use std::collections::HashMap;

/// More objects than this are no state dict.
const OBJECTS: usize = 1 << 22;

/// An index into [`Pickle::objects`].
pub(super) type Id = u32;

/// What a pickle can hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Object {
    /// `None`, floats, bytes, and the marks between a tuple's parts.
    Other,
    Bool(bool),
    Int(i64),
    Text(String),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    /// A dict or an `OrderedDict`.
    Dict(Vec<(Id, Id)>),
    /// A name that is known: module and name.
    Global(String, String),
    /// A storage, by the tuple that names it.
    Storage(Id),
    /// A tensor, by the arguments of the function that rebuilds it.
    Tensor(Id),
}

/// A pickle that has been read.
#[derive(Debug)]
pub(super) struct Pickle {
    objects: Vec<Object>,
    /// What it stands for.
    pub root: Id,
}

impl Pickle {
    /// Reads one pickle and moves `bytes` behind it.
    ///
    /// # Errors
    /// If it breaks off, makes no sense, or wants what a state dict does not need.
    pub fn read(bytes: &mut &[u8]) -> Result<Self, String> {
        let mut machine =
            Machine { bytes, objects: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
        let root = machine.run()?;
        Ok(Self { objects: machine.objects, root })
    }

    pub fn object(&self, id: Id) -> &Object {
        &self.objects[id as usize]
    }

    pub fn text(&self, id: Id) -> Option<&str> {
        if let Object::Text(text) = self.object(id) { Some(text) } else { None }
    }

    pub fn int(&self, id: Id) -> Option<i64> {
        if let Object::Int(value) = self.object(id) { Some(*value) } else { None }
    }

    /// The members of a tuple or list.
    pub fn members(&self, id: Id) -> Option<&[Id]> {
        if let Object::Tuple(members) | Object::List(members) = self.object(id) { Some(members) } else { None }
    }

    pub fn entries(&self, id: Id) -> Option<&[(Id, Id)]> {
        if let Object::Dict(entries) = self.object(id) { Some(entries) } else { None }
    }

    /// Whole numbers in a tuple.
    pub fn ints(&self, id: Id) -> Option<Vec<i64>> {
        self.members(id)?.iter().map(|&member| self.int(member)).collect()
    }

    /// The value of a text key in a dict.
    pub fn get(&self, dict: Id, key: &str) -> Option<Id> {
        self.entries(dict)?.iter().find(|(k, _)| self.text(*k) == Some(key)).map(|&(_, value)| value)
    }
}

struct Machine<'a, 'b> {
    bytes: &'a mut &'b [u8],
    objects: Vec<Object>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

const BROKEN: &str = "its pickle is damaged or truncated";

impl Machine<'_, '_> {
    fn run(&mut self) -> Result<Id, String> {
        loop {
            let [code] = self.take()?;
            match code {
                b'.' => return self.pop(),
                // PROTO, FRAME: nothing to do.
                0x80 => _ = self.take::<1>()?,
                0x95 => _ = self.take::<8>()?,
                b'(' => self.marks.push(self.stack.len()),
                b'N' => self.push(Object::Other)?,
                0x88 => self.push(Object::Bool(true))?,
                0x89 => self.push(Object::Bool(false))?,
                b'J' => {
                    let value = i32::from_le_bytes(self.take()?);
                    self.push(Object::Int(value.into()))?;
                }
                b'K' => {
                    let [value] = self.take()?;
                    self.push(Object::Int(value.into()))?;
                }
                b'M' => {
                    let value = u16::from_le_bytes(self.take()?);
                    self.push(Object::Int(value.into()))?;
                }
                0x8a => {
                    let [len] = self.take()?;
                    let number = long(self.take_slice(len.into())?);
                    self.push(number)?;
                }
                b'G' => {
                    self.take::<8>()?;
                    self.push(Object::Other)?;
                }
                // BINUNICODE, SHORT_BINUNICODE, BINUNICODE8; BINSTRING and SHORT_BINSTRING from Python 2.
                b'X' | b'T' => {
                    let len = u32::from_le_bytes(self.take()?);
                    self.text(len.into())?;
                }
                0x8c | b'U' => {
                    let [len] = self.take()?;
                    self.text(len.into())?;
                }
                0x8d => {
                    let len = u64::from_le_bytes(self.take()?);
                    self.text(len)?;
                }
                // BINBYTES, SHORT_BINBYTES.
                b'B' => {
                    let len = u32::from_le_bytes(self.take()?);
                    self.take_slice(len.into())?;
                    self.push(Object::Other)?;
                }
                b'C' => {
                    let [len] = self.take()?;
                    self.take_slice(len.into())?;
                    self.push(Object::Other)?;
                }
                b')' => self.push(Object::Tuple(Vec::new()))?,
                b't' => {
                    let members = self.pop_to_mark()?;
                    self.push(Object::Tuple(members))?;
                }
                0x85..=0x87 => {
                    let first = self.stack.len().checked_sub(usize::from(code - 0x84)).ok_or(BROKEN)?;
                    let members = self.stack.split_off(first);
                    self.push(Object::Tuple(members))?;
                }
                b']' => self.push(Object::List(Vec::new()))?,
                b'l' => {
                    let members = self.pop_to_mark()?;
                    self.push(Object::List(members))?;
                }
                b'a' => {
                    let member = self.pop()?;
                    self.append(vec![member])?;
                }
                b'e' => {
                    let members = self.pop_to_mark()?;
                    self.append(members)?;
                }
                b'}' => self.push(Object::Dict(Vec::new()))?,
                b'd' => {
                    let entries = pairs(self.pop_to_mark()?)?;
                    self.push(Object::Dict(entries))?;
                }
                b's' => {
                    let (value, key) = (self.pop()?, self.pop()?);
                    self.insert(vec![(key, value)])?;
                }
                b'u' => {
                    let entries = pairs(self.pop_to_mark()?)?;
                    self.insert(entries)?;
                }
                b'q' => {
                    let [index] = self.take()?;
                    self.remember(index.into())?;
                }
                b'r' => {
                    let index = u32::from_le_bytes(self.take()?);
                    self.remember(index)?;
                }
                0x94 => self.remember(self.memo.len() as u32)?,
                b'h' => {
                    let [index] = self.take()?;
                    self.recall(index.into())?;
                }
                b'j' => {
                    let index = u32::from_le_bytes(self.take()?);
                    self.recall(index)?;
                }
                b'c' => {
                    let (module, name) = (self.line()?, self.line()?);
                    self.global(module, name)?;
                }
                0x93 => {
                    let (name, module) = (self.pop()?, self.pop()?);
                    match (self.object(module), self.object(name)) {
                        (Object::Text(module), Object::Text(name)) => self.global(module.clone(), name.clone())?,
                        _ => return Err(BROKEN.into()),
                    }
                }
                b'Q' => {
                    let name = self.pop()?;
                    self.push(Object::Storage(name))?;
                }
                b'R' => self.reduce()?,
                b'b' => {
                    // BUILD sets attributes; those of an OrderedDict (`_metadata`) say nothing about parameters.
                    self.pop()?;
                    let object = *self.stack.last().ok_or(BROKEN)?;
                    if !matches!(self.object(object), Object::Dict(_)) {
                        return Err("its pickle sets attributes of an object; only state dicts can be read".into());
                    }
                }
                other => {
                    return Err(format!(
                        "its pickle has the instruction 0x{other:02x}, which no state dict needs; \
                         save `model.state_dict()` alone"
                    ));
                }
            }
        }
    }

    /// Calls of the known names.
    fn reduce(&mut self) -> Result<(), String> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let Object::Tuple(members) = self.object(arguments) else { return Err(BROKEN.into()) };
        let Object::Global(module, name) = self.object(function) else {
            return Err("its pickle calls what is no function; refused".into());
        };
        let made = match (module.as_str(), name.as_str(), members.first()) {
            ("collections", "OrderedDict", None) => Object::Dict(Vec::new()),
            ("collections", "OrderedDict", Some(&list)) => {
                let (Object::List(list) | Object::Tuple(list)) = self.object(list) else { return Err(BROKEN.into()) };
                let pair = |&member: &Id| match self.object(member) {
                    Object::Tuple(pair) | Object::List(pair) if pair.len() == 2 => Ok((pair[0], pair[1])),
                    _ => Err(BROKEN.to_string()),
                };
                Object::Dict(list.iter().map(pair).collect::<Result<_, _>>()?)
            }
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2", _) => Object::Tensor(arguments),
            // A parameter is a tensor that is trained.
            ("torch._utils", "_rebuild_parameter", Some(&tensor)) => self.object(tensor).clone(),
            _ => return Err(refused(module, name)),
        };
        self.push(made)
    }

    fn global(&mut self, module: String, name: String) -> Result<(), String> {
        let known = match module.as_str() {
            "collections" => name == "OrderedDict",
            "torch._utils" => matches!(name.as_str(), "_rebuild_tensor" | "_rebuild_tensor_v2" | "_rebuild_parameter"),
            "torch" => super::torch::element_type(&name).is_some(),
            _ => false,
        };
        if known { self.push(Object::Global(module, name)) } else { Err(refused(&module, &name)) }
    }

    fn object(&self, id: Id) -> &Object {
        &self.objects[id as usize]
    }

    fn push(&mut self, object: Object) -> Result<(), String> {
        if self.objects.len() >= OBJECTS {
            return Err("its pickle holds too many objects to be a state dict".into());
        }
        self.stack.push(self.objects.len() as Id);
        self.objects.push(object);
        Ok(())
    }

    fn pop(&mut self) -> Result<Id, String> {
        self.stack.pop().ok_or_else(|| BROKEN.into())
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len()).ok_or(BROKEN)?;
        Ok(self.stack.split_off(mark))
    }

    fn append(&mut self, members: Vec<Id>) -> Result<(), String> {
        let list = *self.stack.last().ok_or(BROKEN)?;
        let Object::List(list) = &mut self.objects[list as usize] else { return Err(BROKEN.into()) };
        list.extend(members);
        Ok(())
    }

    fn insert(&mut self, entries: Vec<(Id, Id)>) -> Result<(), String> {
        let dict = *self.stack.last().ok_or(BROKEN)?;
        let Object::Dict(dict) = &mut self.objects[dict as usize] else { return Err(BROKEN.into()) };
        dict.extend(entries);
        Ok(())
    }

    fn remember(&mut self, index: u32) -> Result<(), String> {
        self.memo.insert(index, *self.stack.last().ok_or(BROKEN)?);
        Ok(())
    }

    fn recall(&mut self, index: u32) -> Result<(), String> {
        self.stack.push(*self.memo.get(&index).ok_or(BROKEN)?);
        Ok(())
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>().ok_or(BROKEN)?;
        *self.bytes = rest;
        Ok(*taken)
    }

    fn take_slice(&mut self, len: u64) -> Result<&[u8], String> {
        let len = usize::try_from(len).map_err(|_| BROKEN)?;
        let (taken, rest) = self.bytes.split_at_checked(len).ok_or(BROKEN)?;
        *self.bytes = rest;
        Ok(taken)
    }

    fn text(&mut self, len: u64) -> Result<(), String> {
        let text = std::str::from_utf8(self.take_slice(len)?).map_err(|_| BROKEN)?.to_string();
        self.push(Object::Text(text))
    }

    fn line(&mut self) -> Result<String, String> {
        let len = self.bytes.iter().position(|&byte| byte == b'\n').ok_or(BROKEN)?;
        let line = std::str::from_utf8(self.take_slice(len as u64)?).map_err(|_| BROKEN)?.to_string();
        self.take::<1>()?;
        Ok(line)
    }
}

fn refused(module: &str, name: &str) -> String {
    format!("its pickle wants to call {module}.{name}; refused, a state dict needs no such thing")
}

fn pairs(members: Vec<Id>) -> Result<Vec<(Id, Id)>, String> {
    match members.as_chunks::<2>() {
        (pairs, []) => Ok(pairs.iter().map(|&[key, value]| (key, value)).collect()),
        _ => Err(BROKEN.into()),
    }
}

/// A little-endian two's complement number; one too long for 64 bits is of no use here.
fn long(bytes: &[u8]) -> Object {
    if bytes.len() > 8 {
        return Object::Other;
    }
    let negative = bytes.last().is_some_and(|&byte| byte & 0x80 != 0);
    let mut whole = [if negative { 0xff } else { 0 }; 8];
    whole[..bytes.len()].copy_from_slice(bytes);
    Object::Int(i64::from_le_bytes(whole))
}
