//! Tensors in, tensors out.

use crate::bindings::exports::maasm::model::types::{
    Complaint, ElementType as WitElementType, Error, Tensor as WitTensor, TensorInfo,
};
use crate::engine::Engine;
use crate::model::Model;
use maasm_plan::{ElementType, Plan, Port};

impl<E: Engine> Model<E> {
    pub(crate) fn infer(&mut self, tensors: &[WitTensor]) -> Result<Vec<WitTensor>, Error> {
        self.interrupt();
        for (index, tensor) in tensors.iter().enumerate() {
            if tensors[..index].iter().any(|other| other.name == tensor.name) {
                return Err(complaint(&tensor.name, "is given more than once".into()));
            }
            if !self.engine.plan().inputs.iter().any(|port| port.name == tensor.name) {
                return Err(complaint(&tensor.name, format!("is no input; the inputs are {}", self.input_names())));
            }
        }
        for index in 0..self.engine.plan().inputs.len() {
            let plan = self.engine.plan();
            let wanted = info(plan, &plan.inputs[index]);
            let tensor = tensors
                .iter()
                .find(|tensor| tensor.name == wanted.name)
                .ok_or_else(|| complaint(&wanted.name, "is missing".into()))?;
            if tensor.element_type != wanted.element_type || tensor.shape != wanted.shape {
                return Err(complaint(
                    &wanted.name,
                    format!(
                        "must be {}, is {}",
                        type_text(wanted.element_type, &wanted.shape),
                        type_text(tensor.element_type, &tensor.shape)
                    ),
                ));
            }
            self.engine.set_input(index, &tensor.data).map_err(|reason| complaint(&wanted.name, reason))?;
        }
        self.execute()?;
        Ok(self.outputs())
    }

    /// All outputs, after a run.
    pub(crate) fn outputs(&self) -> Vec<WitTensor> {
        let plan = self.engine.plan();
        let output = |(index, port)| {
            let TensorInfo { name, element_type, .. } = info(plan, port);
            WitTensor { name, element_type, shape: self.engine.output_shape(index), data: self.engine.output(index) }
        };
        plan.outputs.iter().enumerate().map(output).collect()
    }

    /// Runs the steps; what the inputs make impossible is told by the step that met it.
    pub(crate) fn execute(&mut self) -> Result<(), Error> {
        self.engine.run().map_err(|error| complaint(&error.name, error.reason))
    }

    fn input_names(&self) -> String {
        let names: Vec<&str> = self.engine.plan().inputs.iter().map(|port| port.name.as_str()).collect();
        names.join(", ")
    }
}

/// Element types of plans, and what they are outside: in the interface, and in messages.
const TYPES: [(ElementType, WitElementType, &str); 12] = [
    (ElementType::F32, WitElementType::F32, "f32"),
    (ElementType::F16, WitElementType::F16, "f16"),
    (ElementType::F64, WitElementType::F64, "f64"),
    (ElementType::I8, WitElementType::I8, "i8"),
    (ElementType::U8, WitElementType::U8, "u8"),
    (ElementType::I16, WitElementType::I16, "i16"),
    (ElementType::U16, WitElementType::U16, "u16"),
    (ElementType::I32, WitElementType::I32, "i32"),
    (ElementType::U32, WitElementType::U32, "u32"),
    (ElementType::I64, WitElementType::I64, "i64"),
    (ElementType::U64, WitElementType::U64, "u64"),
    (ElementType::Bool, WitElementType::Boolean, "boolean"),
];

/// What a tensor at a port looks like from outside.
pub fn info(plan: &Plan, port: &Port) -> TensorInfo {
    let row = TYPES.iter().find(|row| row.0 == plan.element_type(port)).expect("every type has a row");
    TensorInfo { name: port.name.clone(), element_type: row.1, shape: port.shape.clone() }
}

/// A tensor's type as messages tell it.
pub fn type_text(element_type: WitElementType, shape: &[u32]) -> String {
    let row = TYPES.iter().find(|row| row.1 == element_type).expect("every type has a row");
    format!("{} of shape {shape:?}", row.2)
}

fn complaint(name: &str, reason: String) -> Error {
    Error::InvalidTensor(Complaint { name: name.into(), reason })
}
