//! The cases, which Python writes in one go.

use maasm_tests::tensor::Tensor;
use std::path::Path;
use std::process::{Command, Stdio};

/// A model of one node.
pub struct Case {
    /// What it is.
    pub name: String,
    /// Whether all bits must agree.
    pub exact: bool,
    /// The file.
    pub model: Vec<u8>,
    /// What goes in, in the order of the model's inputs.
    pub inputs: Vec<Tensor>,
    /// What should come out, if anybody knows.
    pub expected: Option<Vec<Tensor>>,
}

/// What stands for a list that is not there.
const NOTHING: u32 = u32::MAX;

/// Every case.
pub fn cases(python: &Path) -> Vec<Case> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/types/generate.py");
    let output = Command::new(python).arg("-B").arg(script).stderr(Stdio::inherit()).output().expect("Python starts");
    assert!(output.status.success(), "the table cannot be written");
    let mut rest = Reader(&output.stdout);
    let mut cases = Vec::new();
    while !rest.0.is_empty() {
        cases.push(rest.case());
    }
    cases
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn case(&mut self) -> Case {
        Case {
            name: String::from_utf8(self.bytes()).expect("names are text"),
            exact: self.number() != 0,
            model: self.bytes(),
            inputs: self.tensors().expect("a case has inputs, if only none"),
            expected: self.tensors(),
        }
    }

    fn tensors(&mut self) -> Option<Vec<Tensor>> {
        let count = self.number();
        (count != NOTHING).then(|| (0..count).map(|_| self.tensor()).collect())
    }

    fn tensor(&mut self) -> Tensor {
        let data_type = self.number() as i32;
        let rank = self.number();
        Tensor { data_type, shape: (0..rank).map(|_| self.number() as usize).collect(), bytes: self.bytes() }
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.number() as usize;
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes.to_vec()
    }

    fn number(&mut self) -> u32 {
        let (bytes, rest) = self.0.split_first_chunk().expect("the table ends behind a case");
        self.0 = rest;
        u32::from_le_bytes(*bytes)
    }
}
