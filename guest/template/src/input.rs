//! How a recipe and the plan's first input go together.

use maasm_plan::recipe::{ImageRecipe, Layout};
use maasm_plan::{ElementType, Plan};

/// The order in which the recipe's tensor is written into the plan's input, found once when the model is put in.
///
/// # Errors
/// If the plan does not take one f32 tensor of the recipe's size, or the recipe itself is wrong.
pub fn physical_layout(recipe: &ImageRecipe, plan: &Plan) -> Result<Layout, String> {
    maasm_media::check(recipe).map_err(|error| format!("the preprocessing recipe: {error}"))?;
    let [port] = &plan.inputs[..] else {
        return Err(format!("a recipe fills one input, the model has {}; leave the recipe out", plan.inputs.len()));
    };
    let elements: u64 = port.shape.iter().map(|&extent| u64::from(extent)).product();
    let wanted = u64::from(recipe.width) * u64::from(recipe.height) * recipe.channels.count() as u64;
    if plan.element_type(port) != ElementType::F32 || elements != wanted {
        return Err(format!(
            "the recipe makes {wanted} f32 elements, the input {} takes {elements} of {:?}",
            port.name,
            plan.element_type(port)
        ));
    }
    if recipe.channels.count() == 1 {
        return Ok(recipe.layout);
    }
    match (recipe.layout, &port.axes[..]) {
        (layout, []) => Ok(layout),
        (Layout::ChannelsFirst, [0, 2, 3, 1]) | (Layout::ChannelsLast, [0, 1, 2, 3]) => Ok(Layout::ChannelsLast),
        (Layout::ChannelsFirst, [0, 1, 2, 3]) | (Layout::ChannelsLast, [0, 3, 1, 2]) => Ok(Layout::ChannelsFirst),
        (_, axes) => Err(format!("the input {} has its axes in the order {axes:?}, which no recipe fills", port.name)),
    }
}
