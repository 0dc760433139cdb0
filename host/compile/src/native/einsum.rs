//! Einsum: the letters of its equation, an ellipsis being as many as there are axes for it.

use super::{Input, Inputs, Native, Output};
use crate::draft::Draft;
use crate::lower::einsum::{self, Letter};
use crate::lower::{Lowered, Node};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

/// An equation: what each operand's axes are called, and those of the output if it says so.
#[derive(Debug)]
struct Equation {
    inputs: Vec<Term>,
    output: Option<Term>,
}

/// The axes of a tensor: those before an ellipsis, and those behind it if there is one.
#[derive(Debug)]
struct Term {
    before: Vec<char>,
    behind: Option<Vec<char>>,
}

/// An axis by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    /// One of those that ellipses stand for, counted from the last.
    Hidden(std::cmp::Reverse<usize>),
    /// A letter.
    Named(char),
}

/// Reads its equation.
///
/// # Errors
/// If it is missing or none.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let text: String = node.get_attr("equation")?;
    let equation = parse(&text).map_err(|why| format_err!("the equation {text:?} {why}"))?;
    Ok(Arc::new(equation))
}

fn parse(text: &str) -> Result<Equation, String> {
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let (inputs, output) = match text.split_once("->") {
        Some((inputs, output)) => (inputs, Some(term(output)?)),
        None => (&text[..], None),
    };
    let inputs = inputs.split(',').map(term).collect::<Result<Vec<_>, _>>()?;
    if let Some(output) = &output {
        let known = |name: &char| inputs.iter().any(|term| term.letters().any(|letter| letter == *name));
        if let Some(unknown) = output.letters().find(|name| !known(name)) {
            return Err(format!("has an axis {unknown:?} in the output that no operand has"));
        }
        let mut seen: Vec<char> = output.letters().collect();
        seen.sort_unstable();
        if let Some(pair) = seen.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("has the axis {:?} twice in the output", pair[0]));
        }
    }
    Ok(Equation { inputs, output })
}

fn term(text: &str) -> Result<Term, String> {
    let letters = |part: &str| match part.chars().find(|character| !character.is_ascii_alphabetic()) {
        Some(other) => Err(format!("has {other:?}, which is no axis")),
        None => Ok(part.chars().collect::<Vec<char>>()),
    };
    Ok(match text.split_once("...") {
        Some((before, behind)) => Term { before: letters(before)?, behind: Some(letters(behind)?) },
        None => Term { before: letters(text)?, behind: None },
    })
}

impl Term {
    fn letters(&self) -> impl Iterator<Item = char> {
        self.before.iter().chain(self.behind.iter().flatten()).copied()
    }

    /// The names of the axes of a tensor, `hidden` of which an ellipsis stands for.
    fn labels(&self, hidden: usize) -> Vec<Label> {
        let named = |letters: &[char]| letters.iter().map(|&letter| Label::Named(letter)).collect::<Vec<_>>();
        let mut labels = named(&self.before);
        if let Some(behind) = &self.behind {
            labels.extend((0..hidden).rev().map(|place| Label::Hidden(std::cmp::Reverse(place))));
            labels.extend(named(behind));
        }
        labels
    }
}

impl Equation {
    /// The letters of operands of these shapes, and the output's shape.
    fn letters(&self, shapes: &[Vec<usize>]) -> Result<(Vec<Letter>, Vec<usize>), String> {
        if shapes.len() != self.inputs.len() {
            return Err(format!("its equation is of {} operands and it has {}", self.inputs.len(), shapes.len()));
        }
        let mut operands: Vec<Vec<Label>> = Vec::new();
        for (term, shape) in self.inputs.iter().zip(shapes) {
            let named = term.letters().count();
            let hidden = shape.len().checked_sub(named).filter(|&hidden| hidden == 0 || term.behind.is_some());
            let hidden = hidden.ok_or_else(|| format!("its equation does not fit an operand of shape {shape:?}"))?;
            operands.push(term.labels(hidden));
        }
        let mut all: Vec<Label> = operands.iter().flatten().copied().collect();
        all.sort_unstable();
        let output = self.output_labels(&all);
        all.dedup();
        let mut letters = Vec::new();
        let mut extents = vec![1; output.len()];
        for label in all {
            let places = |labels: &Vec<Label>| -> Vec<usize> {
                (0..labels.len()).filter(|&place| labels[place] == label).collect()
            };
            let inputs: Vec<Vec<usize>> = operands.iter().map(places).collect();
            let own = inputs.iter().zip(shapes).flat_map(|(places, shape)| places.iter().map(|&place| shape[place]));
            let extent = own.clone().find(|&extent| extent != 1).unwrap_or(1);
            if own.into_iter().any(|own| own != extent && own != 1) {
                return Err(format!("operands of shapes {shapes:?} do not go together"));
            }
            let output = output.iter().position(|&other| other == label);
            if let Some(place) = output {
                extents[place] = extent;
            }
            letters.push(Letter::new(&inputs, output));
        }
        Ok((letters, extents))
    }

    /// The output's axes; without an arrow those of ellipses, then the letters that stand once, in order.
    fn output_labels(&self, sorted: &[Label]) -> Vec<Label> {
        let hidden = |label: &&Label| matches!(label, Label::Hidden(_));
        let mut of_ellipses: Vec<Label> = sorted.iter().filter(hidden).copied().collect();
        of_ellipses.dedup();
        match &self.output {
            Some(term) => term.labels(of_ellipses.len()),
            None => {
                let once = |label: &&Label| sorted.iter().filter(|other| other == label).count() == 1;
                let named = sorted.iter().filter(|label| !hidden(label)).filter(once).copied();
                of_ellipses.into_iter().chain(named).collect()
            }
        }
    }
}

impl Native for Equation {
    fn name(&self) -> &'static str {
        "Einsum"
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let inputs: Vec<&Input> = inputs.iter().flatten().collect();
        let first = inputs.first().ok_or("it has no operands")?;
        let shapes: Vec<Vec<usize>> = inputs.iter().map(|input| input.shape.clone()).collect();
        let (_, shape) = self.letters(&shapes)?;
        Ok(Some(vec![(first.datum_type, shape)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let shapes: Vec<Vec<usize>> = (0..node.inputs.len()).map(|index| node.given(index, draft).shape).collect();
        let (letters, _) = self.letters(&shapes)?;
        einsum::lower_letters(&letters, node, draft)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// As numpy.einsum has it.
    #[track_caller]
    fn gives(equation: &str, shapes: &[&[usize]], wanted: &[usize]) {
        let shapes: Vec<Vec<usize>> = shapes.iter().map(|shape| shape.to_vec()).collect();
        let (_, shape) = parse(equation).and_then(|equation| equation.letters(&shapes)).expect(equation);
        assert_eq!(shape, wanted, "{equation}");
    }

    #[test]
    fn the_output_has_the_axes_that_the_equation_says_or_implies() {
        gives("ij->", &[&[2, 3]], &[]);
        gives("ba", &[&[2, 3]], &[3, 2]);
        gives("...ij,...jk", &[&[5, 2, 3], &[4, 5, 3, 6]], &[4, 5, 2, 6]);
        gives("i...,j...", &[&[2, 7], &[3, 7]], &[7, 2, 3]);
        gives("...i,ij,j->...j", &[&[4, 2], &[2, 3], &[3]], &[4, 3]);
        gives("b...d->d...", &[&[2, 3, 4, 5]], &[5, 3, 4]);
        gives("ij,jk->ik", &[&[2, 1], &[3, 4]], &[2, 4]);
    }

    #[test]
    fn what_is_no_equation_is_refused() {
        for equation in ["i->j", "ii->ii", "i1", "i,j-k", "......"] {
            assert!(parse(equation).is_err(), "{equation}");
        }
        let of_two = parse("i,j").expect("an equation");
        assert!(of_two.letters(&[vec![1]]).is_err(), "one operand is missing");
        assert!(of_two.letters(&[vec![1], vec![1, 2]]).is_err(), "an axis has no name");
    }
}
