//! To a server, which compiles the model if need be.

use super::{Model, upload};
use crate::cli::place::{Document, Remote, address, job};
use anyhow::{Result, bail};
use maasm_package::Simd;
use maasm_server::Published;
use serde_json::Value;

/// Sends a model, and waits until the server has made a version of it.
pub async fn publish(remote: &Remote, model: Model) -> Result<Published> {
    if model.wish.simd != Simd::default() {
        bail!("a server chooses the vector instructions; use `maasm package --simd`, and publish the component");
    }
    if !model.wish.recipe.is_empty() {
        bail!("publish the model as it is, and then use `maasm optimize --server`, which makes a version of its own");
    }
    let request = serde_json::to_value(&model.request)?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), String::from);
    let parameters = request.as_object().into_iter().flatten();
    let parameters: Vec<_> = parameters.map(|(name, value)| (name.as_str(), Some(text(value)))).collect();
    let form = upload::form(&model).await?;
    let answer = remote.upload(address(remote.server(), &["model"], &parameters), form).await?;
    job::follow(remote, Document::from(answer).read()?).await
}
