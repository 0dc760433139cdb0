//! Words to a tree, by recursive descent.

use super::Condition;
use super::figure::Figure;
use super::token::{Token, tokens};

/// Why a text is no condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// It is longer than anybody would write one.
    #[error("the condition is longer than {LONGEST} bytes")]
    Long,
    /// It goes too deep.
    #[error("the condition has more than {DEEPEST} parentheses or `not` within each other")]
    Deep,
    /// A sign has no meaning.
    #[error(
        "{0:?} has no meaning in a condition; one looks like `top1 >= 0.74 and p95_ms <= 40`, with and, or, not, parentheses and < <= > >= =="
    )]
    Sign(char),
    /// It breaks off.
    #[error("the condition breaks off where {0} should follow; it looks like `top1 >= 0.74 and p95_ms <= 40`")]
    End(&'static str),
    /// A word is at the wrong place.
    #[error("in the condition, {found:?} stands where {expected} should")]
    Word {
        /// The word.
        found: String,
        /// What could stand there.
        expected: &'static str,
    },
    /// There is no such figure.
    #[error("there is no figure {name:?}; {}", .near.as_ref().map_or_else(|| format!("there are {}", Figure::known()), |near| format!("did you mean {near}?")))]
    Figure {
        /// What was asked for.
        name: String,
        /// The figure that is called most alike.
        near: Option<String>,
    },
}

/// The longest condition, in bytes.
const LONGEST: usize = 1000;
/// The most parentheses within each other.
const DEEPEST: usize = 32;

/// Reads a condition.
pub fn parse(text: &str) -> Result<Condition, GateError> {
    if text.len() > LONGEST {
        return Err(GateError::Long);
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, depth: 0 };
    let condition = parser.any()?;
    match parser.tokens.first() {
        None => Ok(condition),
        Some(token) => Err(wrong(token, "`and`, `or` or the end")),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    depth: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Condition, GateError> {
        let mut conditions = vec![self.all()?];
        while self.take(&Token::Or) {
            conditions.push(self.all()?);
        }
        Ok(one_or(conditions, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, GateError> {
        let mut conditions = vec![self.one()?];
        while self.take(&Token::And) {
            conditions.push(self.one()?);
        }
        Ok(one_or(conditions, Condition::All))
    }

    fn one(&mut self) -> Result<Condition, GateError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(GateError::Deep);
        }
        let condition = if self.take(&Token::Not) {
            Condition::Not(Box::new(self.one()?))
        } else if self.take(&Token::Open) {
            let condition = self.any()?;
            match self.next("`)`")? {
                Token::Close => condition,
                token => return Err(wrong(token, "`)`")),
            }
        } else {
            self.compare()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn compare(&mut self) -> Result<Condition, GateError> {
        let figure = match self.next("a figure")? {
            Token::Name(name) => Figure::named(name)?,
            token => return Err(wrong(token, "a figure")),
        };
        let operator = match self.next("a comparison")? {
            Token::Operator(operator) => *operator,
            token => return Err(wrong(token, "a comparison")),
        };
        match self.next("a number")? {
            Token::Number(bound) => Ok(Condition::Compare { figure, operator, bound: *bound }),
            token => Err(wrong(token, "a number")),
        }
    }

    fn next(&mut self, expected: &'static str) -> Result<&Token, GateError> {
        self.tokens.split_off_first().ok_or(GateError::End(expected))
    }

    fn take(&mut self, wanted: &Token) -> bool {
        let there = self.tokens.first() == Some(wanted);
        if there {
            self.tokens = &self.tokens[1..];
        }
        there
    }
}

fn one_or(mut conditions: Vec<Condition>, several: fn(Vec<Condition>) -> Condition) -> Condition {
    if conditions.len() == 1 { conditions.remove(0) } else { several(conditions) }
}

fn wrong(found: &Token, expected: &'static str) -> GateError {
    GateError::Word { found: found.to_string(), expected }
}
