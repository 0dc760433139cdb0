//! What onnxruntime says, from one Python process that answers any number of models.

use maasm_tests::tensor::Tensor;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The process.
pub struct Reference(Child);

impl Reference {
    /// Starts it.
    pub fn start(python: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/property/reference.py");
        let child = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        Self(child.expect("Python starts"))
    }

    /// The model's outputs for these inputs, or why there are none.
    pub fn run(&mut self, model: &[u8], inputs: &[Tensor]) -> Result<Vec<Tensor>, String> {
        self.ask(model, inputs).expect("the reference answers")
    }

    fn ask(&mut self, model: &[u8], inputs: &[Tensor]) -> io::Result<Result<Vec<Tensor>, String>> {
        let to = self.0.stdin.as_mut().expect("it is piped");
        let mut question = Vec::new();
        let mut give = |bytes: &[u8]| {
            question.extend((bytes.len() as u32).to_le_bytes());
            question.extend(bytes);
        };
        give(model);
        question.extend((inputs.len() as u32).to_le_bytes());
        for input in inputs {
            question.extend((input.bytes.len() as u32).to_le_bytes());
            question.extend(&input.bytes);
        }
        to.write_all(&question)?;
        to.flush()?;
        let from = self.0.stdout.as_mut().expect("it is piped");
        if number(from)? != 0 {
            return Ok(Err(String::from_utf8_lossy(&bytes(from)?).into_owned()));
        }
        (0..number(from)?).map(|_| tensor(from)).collect::<io::Result<Vec<_>>>().map(Ok)
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn tensor(from: &mut impl Read) -> io::Result<Tensor> {
    let data_type = number(from)? as i32;
    let rank = number(from)?;
    let shape = (0..rank).map(|_| Ok(number(from)? as usize)).collect::<io::Result<_>>()?;
    Ok(Tensor { data_type, shape, bytes: bytes(from)? })
}

fn number(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn bytes(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; number(from)? as usize];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}
