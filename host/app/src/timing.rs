//! How long two versions take, side by side: they take turns on one thread, so that whatever else the machine does
//! concerns both.

use maasm_engine::{CallError, ElementType, Model, Session, Tensor};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use utoipa::ToSchema;

/// The shortest times of a version and its parent for one inference, without decoding and preprocessing, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SideBySide {
    /// The parent's.
    pub before: f64,
    /// The version's.
    pub after: f64,
}

/// How often each is run at least and at most, and after how long it is enough.
const LEAST: u32 = 3;
const MOST: u32 = 50;
const ENOUGH: Duration = Duration::from_secs(5);

/// Times both on inputs of ones.
///
/// # Errors
/// If one of them cannot be run.
pub fn side_by_side(before: &Model, after: &Model) -> Result<SideBySide, CallError> {
    let [mut a, mut b] = [Timed::new(before)?, Timed::new(after)?];
    let begin = Instant::now();
    for round in 0..MOST {
        if round >= LEAST && begin.elapsed() > ENOUGH {
            break;
        }
        a.run()?;
        b.run()?;
    }
    Ok(SideBySide { before: a.milliseconds(), after: b.milliseconds() })
}

struct Timed {
    session: Session,
    inputs: Vec<Tensor>,
    shortest: Duration,
}

impl Timed {
    fn new(model: &Model) -> Result<Self, CallError> {
        let session = model.session()?;
        let inputs = model.description().inputs.iter().map(|input| {
            let elements: usize = input.shape.iter().map(|&extent| extent as usize).product();
            let data = match input.element_type {
                ElementType::F32 => 1f32.to_le_bytes().repeat(elements),
                other => vec![0; elements * crate::tensors::size(other)],
            };
            Tensor { name: input.name.clone(), element_type: input.element_type, shape: input.shape.clone(), data }
        });
        Ok(Self { session, inputs: inputs.collect(), shortest: Duration::MAX })
    }

    fn run(&mut self) -> Result<(), CallError> {
        let begin = Instant::now();
        self.session.infer(&self.inputs)?;
        self.shortest = self.shortest.min(begin.elapsed());
        Ok(())
    }

    fn milliseconds(&self) -> f64 {
        self.shortest.as_secs_f64() * 1e3
    }
}
