//! What a linked module says of itself: its functions and pieces of data, and which of them each refers to.
//!
//! The linker leaves its symbols and relocations in the template (`--emit-relocs`), in the form of WebAssembly's tool
//! conventions. So every reference is known, also those that are numbers in code and data otherwise: addresses, and places in
//! the table of functions.

use anyhow::{Context, ensure};
use std::ops::Range;
use wasmparser::{
    BinaryReader, DataKind, ElementItems, ElementKind, FunctionBody, KnownCustom, Linking, LinkingSectionReader,
    Operator, Parser, Payload, RelocSectionReader, RelocationEntry, RelocationType, SymbolInfo,
};

/// A function, or a piece of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    /// The function of this index.
    Function(u32),
    /// The piece at this place in [`Object::pieces`].
    Piece(u32),
}

/// A linked module.
#[derive(Default)]
pub struct Object<'a> {
    /// The functions' code.
    pub bodies: Vec<FunctionBody<'a>>,
    /// What each function refers to, and where in the module, rising.
    pub references: Vec<Vec<(usize, Thing)>>,
    /// The data that the linker knows by a symbol of its own.
    pub pieces: Vec<Piece>,
    /// What memory holds at first.
    pub segments: Vec<Segment<'a>>,
    /// Which function lies where in the table of functions.
    pub table: Vec<(u32, u32)>,
    /// The exports that are functions.
    pub exports: Vec<(&'a str, u32)>,
    /// The values of globals at first that are numbers of 32 bits.
    globals: Vec<Option<u32>>,
    /// Where the stack begins, which grows towards 0; 0 if there is none below all data.
    pub stack: u32,
}

/// Data that is needed as a whole.
pub struct Piece {
    /// Where it lies in memory.
    pub addresses: Range<u32>,
    /// What it refers to.
    pub references: Vec<Thing>,
}

/// Bytes that memory holds at first.
pub struct Segment<'a> {
    /// Where it lies in memory.
    pub address: u32,
    /// Where its bytes lie within the data section.
    offset: usize,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// What a relocation's index stands for.
enum Symbol {
    Function(u32),
    /// The piece at this place.
    Piece(u32),
    /// Nothing that could be left out.
    Other,
}

impl<'a> Object<'a> {
    /// Reads a module.
    ///
    /// # Errors
    /// If it is no module that a linker has left its relocations in.
    pub fn read(module: &'a [u8]) -> anyhow::Result<Self> {
        let mut object = Self::default();
        let (mut symbols, mut relocations) = (None, Vec::new());
        let (mut code, mut sections) = ((0, 0..0), 0u32);
        let mut data = 0;
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload?;
            let index = sections;
            sections += u32::from(payload.as_section().is_some());
            match payload {
                Payload::ImportSection(section) => ensure!(section.count() == 0, "the template imports something"),
                Payload::StartSection { .. } => anyhow::bail!("the template does something when it starts"),
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == wasmparser::ExternalKind::Func {
                            object.exports.push((export.name, export.index));
                        }
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        object.globals.push(constant(&global?.init_expr).ok());
                    }
                }
                Payload::ElementSection(section) => object.table = table(section)?,
                Payload::CodeSectionStart { range, .. } => code = (index, range),
                Payload::CodeSectionEntry(body) => object.bodies.push(body),
                Payload::DataSection(section) => {
                    data = index;
                    object.segments = segments(section)?;
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(linking) => symbols = Some(linking),
                    KnownCustom::Reloc(section) => relocations.push(section),
                    _ => {}
                },
                _ => {}
            }
        }
        object.references = object.bodies.iter().map(|_| Vec::new()).collect();
        let symbols = object.symbols(symbols.context("the template has no symbols; link it with --emit-relocs")?)?;
        for section in relocations {
            // What is told of other sections, such as those for debuggers, needs nothing.
            if section.section_index() == code.0 {
                object.relocate(&section, &symbols, Some(code.1.start), module)?;
            } else if section.section_index() == data {
                object.relocate(&section, &symbols, None, module)?;
            }
        }
        Ok(object)
    }

    /// The four bytes that memory holds here at first, if the module tells.
    pub fn bytes_at(&self, address: usize) -> Option<&[u8; 4]> {
        let inside = |segment: &&Segment| (segment.address as usize..).contains(&address);
        self.segments
            .iter()
            .filter(inside)
            .find_map(|segment| segment.bytes.get(address - segment.address as usize..)?.first_chunk())
    }

    /// The linker's symbols; pieces of data among them are put into `pieces`.
    fn symbols(&mut self, linking: LinkingSectionReader<'a>) -> anyhow::Result<Vec<Symbol>> {
        let mut symbols = Vec::new();
        for subsection in linking {
            let Linking::SymbolTable(table) = subsection? else { continue };
            for symbol in table {
                symbols.push(match symbol? {
                    SymbolInfo::Func { index, .. } => Symbol::Function(index),
                    SymbolInfo::Data { symbol: Some(data), .. } => {
                        // Some of the linker's own symbols lie behind the segments, for example where the heap begins.
                        match self.segments.get(data.index as usize) {
                            None => Symbol::Other,
                            Some(segment) => {
                                let start = segment.address + data.offset;
                                let addresses = start..start + data.size;
                                self.pieces.push(Piece { addresses, references: Vec::new() });
                                Symbol::Piece(self.pieces.len() as u32 - 1)
                            }
                        }
                    }
                    SymbolInfo::Global { index, name: Some("__stack_pointer"), .. } => {
                        let first = self.segments.iter().map(|segment| segment.address).min().unwrap_or(0);
                        let stack = self.globals.get(index as usize).copied().flatten();
                        self.stack = stack.filter(|&stack| stack <= first).unwrap_or(0);
                        Symbol::Other
                    }
                    _ => Symbol::Other,
                });
            }
        }
        Ok(symbols)
    }

    /// Puts a section's relocations down as references of what has them; `code` is where the code section begins, if it is
    /// that one.
    fn relocate(
        &mut self,
        section: &RelocSectionReader<'a>,
        symbols: &[Symbol],
        code: Option<usize>,
        module: &[u8],
    ) -> anyhow::Result<()> {
        // Pieces may lie within each other: all of those around a place have what it refers to.
        let mut pieces: Vec<usize> = (0..self.pieces.len()).collect();
        pieces.sort_by_key(|&piece| self.pieces[piece].addresses.start);
        for entry in section.entries() {
            let entry = entry?;
            let symbol = match entry.ty {
                RelocationType::TypeIndexLeb => continue,
                _ => symbols.get(entry.index as usize).context("a relocation of an unknown symbol")?,
            };
            let thing = match *symbol {
                Symbol::Function(function) => Thing::Function(function),
                Symbol::Piece(piece) => Thing::Piece(piece),
                Symbol::Other => continue,
            };
            match code {
                Some(start) => {
                    let at = start + entry.offset as usize;
                    self.agree(&entry, thing, &module[at..])?;
                    let body = self.bodies.partition_point(|body| body.range().end <= at);
                    let references = self.references.get_mut(body).context("a relocation behind all code")?;
                    ensure!(references.last().is_none_or(|last| last.0 < at), "relocations are not in their order");
                    references.push((at, thing));
                }
                None => {
                    let address = self.address(&entry)?;
                    let last = pieces.partition_point(|&piece| self.pieces[piece].addresses.start <= address);
                    let mut found = false;
                    for &piece in &pieces[..last] {
                        let piece = &mut self.pieces[piece];
                        if piece.addresses.contains(&address) {
                            piece.references.push(thing);
                            found = true;
                        }
                    }
                    ensure!(found, "a relocation of data without a symbol");
                }
            }
        }
        Ok(())
    }

    /// The address of what a relocation of the data section is about.
    fn address(&self, entry: &RelocationEntry) -> anyhow::Result<u32> {
        let offset = entry.offset as usize;
        let segment = self.segments.iter().find(|s| (s.offset..s.offset + s.bytes.len()).contains(&offset));
        let segment = segment.context("a relocation between pieces of data")?;
        Ok(segment.address + (offset - segment.offset) as u32)
    }

    /// Makes sure that what the code holds is what the relocation says: then both are read rightly.
    fn agree(&self, entry: &RelocationEntry, thing: Thing, code: &[u8]) -> anyhow::Result<()> {
        let expected = match (entry.ty, thing) {
            (RelocationType::FunctionIndexLeb, Thing::Function(function)) => i64::from(function),
            (RelocationType::MemoryAddrLeb | RelocationType::MemoryAddrSleb, Thing::Piece(piece)) => {
                i64::from(self.pieces[piece as usize].addresses.start) + entry.addend
            }
            _ => return Ok(()),
        };
        let mut reader = BinaryReader::new(code, 0);
        let found = match entry.ty {
            RelocationType::MemoryAddrSleb => i64::from(reader.read_var_i32()? as u32),
            _ => i64::from(reader.read_var_u32()?),
        };
        ensure!(found == i64::from(expected as u32), "a relocation of {thing:?} is not what the code says");
        Ok(())
    }
}

/// Which function lies where in the table.
fn table(section: wasmparser::ElementSectionReader) -> anyhow::Result<Vec<(u32, u32)>> {
    let mut table = Vec::new();
    for element in section {
        let element = element?;
        let (ElementKind::Active { offset_expr, .. }, ElementItems::Functions(functions)) =
            (element.kind, element.items)
        else {
            anyhow::bail!("an element segment of another kind");
        };
        for (place, function) in (constant(&offset_expr)?..).zip(functions) {
            table.push((place, function?));
        }
    }
    Ok(table)
}

fn segments(section: wasmparser::DataSectionReader) -> anyhow::Result<Vec<Segment>> {
    let start = section.range().start;
    let mut segments = Vec::new();
    for found in section {
        let found = found?;
        let DataKind::Active { offset_expr, .. } = &found.kind else { anyhow::bail!("a data segment of another kind") };
        let offset = found.range.end - found.data.len() - start;
        segments.push(Segment { address: constant(offset_expr)?, offset, bytes: found.data });
    }
    Ok(segments)
}

/// What an expression gives that is a number.
fn constant(expression: &wasmparser::ConstExpr) -> anyhow::Result<u32> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value as u32),
        other => anyhow::bail!("a place told by {other:?}"),
    }
}
