//! What comes to nothing: code that inevitably ends in a trap, such as everything that a panic does before it.
//!
//! Nobody sees what a component has done when it traps: its instance is not used again, and it can print nothing. So a
//! function that never returns is as good as `unreachable`, and so is every straight line of instructions that ends in one.

use std::ops::Range;
use wasmparser::{FunctionBody, Operator};

/// An instruction, and where its bytes lie in the module; nowhere, if it stands for something else.
pub struct Instruction<'a> {
    /// What it does.
    pub operator: Operator<'a>,
    /// Where it was read.
    pub bytes: Range<usize>,
}

/// Which functions never return: these, and those that lead to nothing else.
///
/// # Errors
/// If code cannot be read.
pub fn never_return(bodies: &[FunctionBody], known: impl Fn(u32) -> bool) -> anyhow::Result<Vec<bool>> {
    let mut never: Vec<bool> = (0..bodies.len()).map(|function| known(function as u32)).collect();
    loop {
        let before = never.clone();
        for (function, body) in bodies.iter().enumerate() {
            if !never[function] {
                never[function] = !returns(body, &never)?;
            }
        }
        if never == before {
            return Ok(never);
        }
    }
}

/// A block that has begun and not ended.
struct Block {
    /// A branch to a loop goes to where it began.
    is_loop: bool,
    /// Whether its end is reached: by a branch, or from the first half of a choice.
    end_reached: bool,
    /// Whether the other half of a choice is reached.
    other_half: bool,
}

/// Whether the end of a function is reached.
fn returns(body: &FunctionBody, never: &[bool]) -> anyhow::Result<bool> {
    let mut reached = true;
    let block = |is_loop| Block { is_loop, end_reached: false, other_half: false };
    let mut blocks = vec![block(false)];
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let operator = operators.read()?;
        let outermost = (blocks.len() as u32).saturating_sub(1);
        let mut branch = |depth: u32| {
            let index = blocks.len() - 1 - depth as usize;
            blocks[index].end_reached |= reached && !blocks[index].is_loop;
        };
        match operator {
            Operator::Block { .. } => blocks.push(block(false)),
            Operator::Loop { .. } => blocks.push(block(true)),
            Operator::If { .. } => blocks.push(Block { other_half: reached, ..block(false) }),
            Operator::Else => {
                let block = blocks.last_mut().expect("an else is inside of its choice");
                block.end_reached |= reached;
                reached = std::mem::take(&mut block.other_half);
            }
            Operator::End => {
                let block = blocks.pop().expect("validated code has an end for every block");
                reached |= block.end_reached || block.other_half;
            }
            Operator::BrIf { relative_depth } => branch(relative_depth),
            Operator::Br { relative_depth } => {
                branch(relative_depth);
                reached = false;
            }
            Operator::BrTable { targets } => {
                for target in targets.targets() {
                    branch(target?);
                }
                branch(targets.default());
                reached = false;
            }
            Operator::Return | Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } => {
                branch(outermost);
                reached = false;
            }
            Operator::Unreachable => reached = false,
            Operator::Call { function_index } if never[function_index as usize] => reached = false,
            _ => {}
        }
    }
    Ok(reached)
}

/// A function's instructions without those that come to nothing; functions of which `never` holds never return.
///
/// # Errors
/// If code cannot be read.
pub fn essential<'a>(body: &FunctionBody<'a>, never: &[bool]) -> anyhow::Result<Vec<Instruction<'a>>> {
    let mut kept: Vec<Instruction> = Vec::new();
    // Behind an instruction that nothing comes back from: how many blocks have begun there.
    let mut behind: Option<u32> = None;
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, start) = operators.read_with_offset()?;
        let bytes = start..operators.original_position();
        if let Some(depth) = &mut behind {
            match operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => *depth += 1,
                Operator::End if *depth > 0 => *depth -= 1,
                Operator::Else | Operator::End if *depth == 0 => behind = None,
                _ => {}
            }
            if behind.is_some() {
                continue;
            }
        }
        match operator {
            Operator::Call { function_index } if never[function_index as usize] => trap(&mut kept, &mut behind),
            Operator::Unreachable => trap(&mut kept, &mut behind),
            Operator::Br { .. } | Operator::BrTable { .. } | Operator::Return => {
                behind = Some(0);
                kept.push(Instruction { operator, bytes });
            }
            _ => kept.push(Instruction { operator, bytes }),
        }
    }
    Ok(kept)
}

/// The instructions of a function that is never called.
pub fn nothing<'a>() -> Vec<Instruction<'a>> {
    [Operator::Unreachable, Operator::End].map(|operator| Instruction { operator, bytes: 0..0 }).into()
}

/// Ends a straight line of instructions with a trap in their place.
fn trap(kept: &mut Vec<Instruction>, behind: &mut Option<u32>) {
    let decides = |instruction: &Instruction| {
        matches!(
            instruction.operator,
            Operator::Block { .. }
                | Operator::Loop { .. }
                | Operator::If { .. }
                | Operator::Else
                | Operator::End
                | Operator::BrIf { .. }
        )
    };
    kept.truncate(kept.iter().rposition(decides).map_or(0, |last| last + 1));
    kept.push(Instruction { operator: Operator::Unreachable, bytes: 0..0 });
    *behind = Some(0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::Instruction::{Block, BrIf, Call, Drop, End, I32Const, If, LocalGet, Loop, Nop, Unreachable};
    use wasm_encoder::{BlockType, CodeSection, Function, FunctionSection, Module, TypeSection, ValType};
    use wasmparser::{Parser, Payload};

    /// Calls `look` with functions that take a number, give nothing and do this.
    fn with<R>(functions: &[&[wasm_encoder::Instruction]], look: impl FnOnce(&[FunctionBody]) -> R) -> R {
        let (mut types, mut kinds, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([ValType::I32], []);
        for instructions in functions {
            let mut function = Function::new([]);
            instructions.iter().for_each(|instruction| _ = function.instruction(instruction));
            code.function(function.instruction(&End));
            kinds.function(0);
        }
        let mut module = Module::new();
        let module = module.section(&types).section(&kinds).section(&code).clone().finish();
        wasmparser::validate(&module).unwrap();
        let bodies = Parser::new(0).parse_all(&module).filter_map(|payload| match payload.unwrap() {
            Payload::CodeSectionEntry(body) => Some(body),
            _ => None,
        });
        look(&bodies.collect::<Vec<_>>())
    }

    #[test]
    fn what_leads_to_a_trap_whatever_happens_never_returns() {
        let functions: [&[wasm_encoder::Instruction]; 6] = [
            &[Unreachable],
            &[I32Const(1), Call(0)],
            &[LocalGet(0), If(BlockType::Empty), I32Const(1), Call(1), End],
            &[LocalGet(0), If(BlockType::Empty), Unreachable, wasm_encoder::Instruction::Else, Unreachable, End],
            &[Block(BlockType::Empty), LocalGet(0), BrIf(0), Unreachable, End],
            &[Loop(BlockType::Empty), LocalGet(0), BrIf(0), End],
        ];
        let never = with(&functions, |bodies| never_return(bodies, |_| false).unwrap());
        assert_eq!(never, [true, true, false, true, false, false]);
    }

    #[test]
    fn a_function_that_is_left_out_never_returns() {
        let functions: [&[wasm_encoder::Instruction]; 2] = [&[Nop], &[I32Const(1), Call(0)]];
        assert_eq!(with(&functions, |bodies| never_return(bodies, |f| f == 0).unwrap()), [true, true]);
        assert_eq!(with(&functions, |bodies| never_return(bodies, |_| false).unwrap()), [false, false]);
    }

    #[test]
    fn a_straight_line_to_a_trap_becomes_the_trap() {
        let function: &[wasm_encoder::Instruction] = &[
            Block(BlockType::Empty),
            LocalGet(0),
            BrIf(0),
            I32Const(7),
            Drop,
            I32Const(1),
            Call(0),
            Loop(BlockType::Empty),
            Nop,
            End,
            End,
            Nop,
        ];
        let left = with(&[&[Unreachable], function], |bodies| {
            let left = essential(&bodies[1], &[true, false]).unwrap();
            left.iter().map(|instruction| format!("{:?}", instruction.operator)).collect::<Vec<_>>()
        });
        let names: Vec<&str> = left.iter().map(|text| text.split_whitespace().next().unwrap()).collect();
        assert_eq!(names, ["Block", "LocalGet", "BrIf", "Unreachable", "End", "Nop", "End"]);
    }
}
