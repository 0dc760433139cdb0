//! A component that has wasi-nn compute the same.

use super::{Error, component, metadata, preinitialize, template};
use maasm_component::seal;
use maasm_plan::{Card, Counted, ElementType, Package, Place, Plan, Port, Recipe, Tensor};

/// Makes a component of world `model-nn`: what the card and the recipe say is in it, and of the plan its inputs and outputs.
/// It asks its host for the graph `NAME@VERSION`. The same input gives the same bytes.
///
/// # Errors
/// If wasi-nn has no tensors such as the plan takes or gives.
pub fn over_nn(card: Card, recipe: Option<Recipe>, plan: &Plan) -> Result<Vec<u8>, Error> {
    let metadata = metadata::sections(&card)?;
    let package = Package { card, recipe, plan: outside(plan) };
    let (module, _) = preinitialize::preinitialize(template::over_nn(), &package, &[])?;
    let mut component = component(module)?;
    component.extend(metadata);
    seal::seal(&mut component);
    Ok(component)
}

/// A plan as it looks from outside: inputs and outputs in the order that the outside world sees, and no steps.
fn outside(plan: &Plan) -> Plan {
    let mut tensors = Vec::new();
    let mut add = |element_type, shape: &[u32]| {
        tensors.push(Tensor { element_type, shape: shape.into(), place: Place::Arena(0) });
        tensors.len() as u32 - 1
    };
    let mut ports = |ports: &[Port]| -> Vec<Port> {
        let outside = |port: &Port| Port {
            tensor: add(plan.element_type(port), &port.shape),
            axes: Vec::new(),
            count: port.count.map(|count| Counted { tensor: add(ElementType::I64, &[1]), ..count }),
            name: port.name.clone(),
            shape: port.shape.clone(),
        };
        ports.iter().map(outside).collect()
    };
    let (inputs, outputs) = (ports(&plan.inputs), ports(&plan.outputs));
    // Nothing computes in it; but tensors lie somewhere, and what reads the plan wants them to fit.
    let arena_len = tensors.iter().filter_map(Tensor::bytes).max().unwrap_or(0);
    Plan { inputs, outputs, tensors, steps: Vec::new(), arena_len, constants_len: 0 }
}
