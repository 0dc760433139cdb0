//! Text to words.

use super::parse::GateError;
use std::fmt;

/// A word of a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Name(String),
    Number(f64),
    Operator(Operator),
    Open,
    Close,
    And,
    Or,
    Not,
}

/// How a figure and a number are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

impl Operator {
    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Less => value < bound,
            Self::LessOrEqual => value <= bound,
            Self::Greater => value > bound,
            Self::GreaterOrEqual => value >= bound,
            Self::Equal => value == bound,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}

impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Number(number) => number.fmt(formatter),
            Self::Operator(operator) => operator.fmt(formatter),
            Self::Open => formatter.write_str("("),
            Self::Close => formatter.write_str(")"),
            Self::And => formatter.write_str("and"),
            Self::Or => formatter.write_str("or"),
            Self::Not => formatter.write_str("not"),
        }
    }
}

/// The words of a text.
pub fn tokens(text: &str) -> Result<Vec<Token>, GateError> {
    // The longer sign first.
    const SIGNS: [(&str, Token); 7] = [
        ("<=", Token::Operator(Operator::LessOrEqual)),
        (">=", Token::Operator(Operator::GreaterOrEqual)),
        ("==", Token::Operator(Operator::Equal)),
        ("<", Token::Operator(Operator::Less)),
        (">", Token::Operator(Operator::Greater)),
        ("(", Token::Open),
        (")", Token::Close),
    ];
    let (mut rest, mut tokens) = (text.trim_start(), Vec::new());
    while let Some(first) = rest.chars().next() {
        let (token, length) = if let Some((sign, token)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            (token.clone(), sign.len())
        } else if first.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            (word(&rest[..end]), end)
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !".+-".contains(c)).unwrap_or(rest.len());
            let number = rest[..end].parse::<f64>().ok().filter(|number| number.is_finite());
            (Token::Number(number.ok_or(GateError::Sign(first))?), end)
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn word(text: &str) -> Token {
    match text.to_ascii_lowercase().as_str() {
        "and" => Token::And,
        "or" => Token::Or,
        "not" => Token::Not,
        name => Token::Name(name.into()),
    }
}
