//! Engines taking turns.

use crate::measure::{Contender, Engine, Network, Row};
use crate::process;
use anyhow::{Result, bail};

const WARM_ROUNDS: usize = 15;
const COLD_ROUNDS: usize = 5;

/// How alike the engines' answers must be.
#[derive(Clone, Copy)]
pub enum Alike {
    /// Within a thousandth of the largest number.
    Same,
    /// Of nearly the same direction, a cosine of at least 0.95: each engine rounds to integers of its own.
    Roughly,
}

/// Lets engines take turns: first starting, then answering.
pub fn compete(name: &str, contenders: Vec<Contender>, times: u32, alike: Alike) -> Result<Network> {
    process::step(&format!("measuring {name}"), || take_turns(name, contenders, times, alike))
}

fn take_turns(name: &str, mut contenders: Vec<Contender>, times: u32, alike: Alike) -> Result<Network> {
    let row = |contender: &Contender| Row { engine: contender.name.clone(), cold: Vec::new(), warm: Vec::new() };
    let mut rows: Vec<Row> = contenders.iter().map(row).collect();
    // The first start of each fills caches and does not count.
    for round in 0..=COLD_ROUNDS {
        for (row, contender) in rows.iter_mut().zip(&mut contenders) {
            let engine = Engine::start(contender)?;
            if round > 0 {
                row.cold.push(engine.cold);
            }
        }
    }
    let mut engines = contenders.iter_mut().map(Engine::start).collect::<Result<Vec<_>>>()?;
    assert_same_answers(&contenders, &engines, alike)?;
    for engine in &mut engines {
        engine.measure(times)?;
    }
    for _ in 0..WARM_ROUNDS {
        for (row, engine) in rows.iter_mut().zip(&mut engines) {
            row.warm.push(engine.measure(times)?);
        }
    }
    Ok(Network { name: name.to_owned(), rows })
}

/// Engines that do not compute the same are not worth comparing.
fn assert_same_answers(contenders: &[Contender], engines: &[Engine], alike: Alike) -> Result<()> {
    let expected = &engines[0].answer;
    for (contender, engine) in contenders.iter().zip(engines) {
        if engine.answer.len() != expected.len() || !alike.holds(&engine.answer, expected) {
            bail!("{} and {} give different answers", contender.name, contenders[0].name);
        }
        eprintln!("  {}: {}", contender.name, engine.version);
    }
    Ok(())
}

impl Alike {
    fn holds(self, answer: &[f64], expected: &[f64]) -> bool {
        let pairs = || answer.iter().zip(expected);
        match self {
            Self::Same => {
                let scale = expected.iter().fold(0.0, |scale: f64, value| scale.max(value.abs()));
                pairs().all(|(a, b)| (a - b).abs() <= 1e-3 * scale)
            }
            Self::Roughly => {
                let sum = |of: fn((&f64, &f64)) -> f64| pairs().map(of).sum::<f64>();
                sum(|(a, b)| a * b) >= 0.95 * (sum(|(a, _)| a * a) * sum(|(_, b)| b * b)).sqrt()
            }
        }
    }
}
