//! Which outputs a request asks for, and in which form.

use super::{Message, MessageError};
use crate::model::{ElementType, Tensor, TensorInfo};
use crate::{Kind, Problem};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// An output as it is asked for.
#[derive(Deserialize)]
pub struct Asked<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    binary_data: Option<bool>,
    shared_memory_region: Option<IgnoredAny>,
    classification: Option<IgnoredAny>,
}

/// The outputs that go back, in order.
#[derive(Debug, PartialEq)]
pub struct Selection {
    outputs: Vec<Chosen>,
}

#[derive(Debug, PartialEq)]
struct Chosen {
    name: String,
    binary: bool,
}

/// An output on its way back.
#[derive(Debug)]
pub struct Picked {
    pub tensor: Tensor,
    /// Whether it goes as binary data; as JSON otherwise.
    pub binary: bool,
}

impl Selection {
    /// What the message asks for of a model that gives these outputs: all, where it does not say.
    ///
    /// # Errors
    /// If an output is unknown, is asked for twice, or cannot be given in the form that is asked for.
    pub fn new(message: &Message<'_>, offered: &[TensorInfo]) -> Result<Self, MessageError> {
        let mut outputs: Vec<Chosen> = Vec::new();
        let by_default = message.wants_binary();
        if message.asked().is_empty() {
            for info in offered {
                outputs.push(choose(info, by_default)?);
            }
        }
        for asked in message.asked() {
            let info = offered.iter().find(|info| info.name == asked.name).ok_or_else(|| unknown(asked, offered))?;
            if outputs.iter().any(|chosen| chosen.name == info.name) {
                return Err(wrong(&info.name, "it is asked for more than once".into()));
            }
            outputs.push(choose(info, asked.binary()?.unwrap_or(by_default))?);
        }
        Ok(Self { outputs })
    }

    /// The chosen ones of all outputs.
    ///
    /// # Errors
    /// If one is missing: the model does not give what it says that it does.
    pub fn pick(self, mut given: Vec<Tensor>) -> Result<Vec<Picked>, Problem> {
        let pick = |Chosen { name, binary }: Chosen| {
            let position = given.iter().position(|tensor| tensor.name == name);
            let missing = || Problem::new(Kind::ModelFailed, format!("the model gave no output {name}"));
            Ok(Picked { tensor: given.swap_remove(position.ok_or_else(missing)?), binary })
        };
        self.outputs.into_iter().map(pick).collect()
    }
}

fn choose(info: &TensorInfo, binary: bool) -> Result<Chosen, MessageError> {
    if info.element_type == ElementType::F16 && !binary {
        let reason = "FP16 goes as binary data only; ask for it by its parameter binary_data or by the request's \
                      parameter binary_data_output";
        return Err(wrong(&info.name, reason.into()));
    }
    Ok(Chosen { name: info.name.clone(), binary })
}

impl Asked<'_> {
    /// Whether it goes back as binary data, if it says so. Parameters that ask for something else than the tensor must
    /// not be passed over as unknown ones are: the client would read something wrong.
    fn binary(&self) -> Result<Option<bool>, MessageError> {
        let Some(parameters) = &self.parameters else { return Ok(None) };
        if parameters.shared_memory_region.is_some() {
            return Err(wrong(&self.name, "shared memory is no extension of this server; leave it out".into()));
        }
        if parameters.classification.is_some() {
            let reason = "classification is no extension of this server; POST /api/v1/recognize gives labels";
            return Err(wrong(&self.name, reason.into()));
        }
        Ok(parameters.binary_data)
    }
}

fn unknown(asked: &Asked<'_>, offered: &[TensorInfo]) -> MessageError {
    let names: Vec<&str> = offered.iter().map(|info| info.name.as_str()).collect();
    wrong(&asked.name, format!("is no output; the outputs are {}", names.join(", ")))
}

fn wrong(name: &str, reason: String) -> MessageError {
    MessageError::Output { name: name.into(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(json: &str) -> Result<Vec<(String, bool)>, String> {
        let message = Message::read(json.as_bytes(), None).ok().unwrap();
        let info = |name: &str, element_type| TensorInfo { name: name.into(), element_type, shape: vec![1] };
        let offered = [info("sum", ElementType::F32), info("half", ElementType::F16)];
        let selection = Selection::new(&message, &offered).map_err(|error| error.to_string())?;
        Ok(selection.outputs.into_iter().map(|chosen| (chosen.name, chosen.binary)).collect())
    }

    fn chosen(outputs: &[(&str, bool)]) -> Result<Vec<(String, bool)>, String> {
        Ok(outputs.iter().map(|&(name, binary)| (name.into(), binary)).collect())
    }

    #[test]
    fn all_outputs_go_back_unless_some_are_asked_for() {
        let binary = r#""inputs": [], "parameters": {"binary_data_output": true}"#;
        assert_eq!(select(&format!("{{{binary}}}")), chosen(&[("sum", true), ("half", true)]));
        assert_eq!(select(&format!("{{{binary}, \"outputs\": []}}")), chosen(&[("sum", true), ("half", true)]));
        assert_eq!(select(&format!("{{{binary}, \"outputs\": [{{\"name\": \"half\"}}]}}")), chosen(&[("half", true)]));
    }

    #[test]
    fn an_outputs_own_parameter_goes_before_the_requests() {
        let outputs = r#"[{"name": "half"}, {"name": "sum", "parameters": {"binary_data": false}}]"#;
        let json = format!(r#"{{"inputs": [], "parameters": {{"binary_data_output": true}}, "outputs": {outputs}}}"#);
        assert_eq!(select(&json), chosen(&[("half", true), ("sum", false)]));
        let json = r#"{"inputs": [], "outputs": [{"name": "half", "parameters": {"binary_data": true}}]}"#;
        assert_eq!(select(json), chosen(&[("half", true)]));
    }

    #[test]
    fn what_cannot_be_given_is_refused() {
        for (outputs, says) in [
            (r#"{"name": "x"}"#, "output x: is no output; the outputs are sum, half"),
            (r#"{"name": "sum"}, {"name": "sum"}"#, "output sum: it is asked for more than once"),
            (r#"{"name": "half"}"#, "output half: FP16 goes as binary data only"),
            (r#"{"name": "sum", "parameters": {"classification": 3}}"#, "classification is no extension"),
            (r#"{"name": "sum", "parameters": {"shared_memory_region": "r"}}"#, "shared memory is no extension"),
            ("", "output half: FP16 goes as binary data only"),
        ] {
            let error = select(&format!(r#"{{"inputs": [], "outputs": [{outputs}]}}"#)).unwrap_err();
            assert!(error.contains(says), "it should say {says:?}, and it says {error:?}");
        }
    }

    #[test]
    fn a_model_that_does_not_give_what_it_says_has_failed() {
        let selection = Selection { outputs: vec![Chosen { name: "sum".into(), binary: false }] };
        assert_eq!(selection.pick(Vec::new()).unwrap_err().kind(), Kind::ModelFailed);
    }
}
