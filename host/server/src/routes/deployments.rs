//! `/api/v1/deploy`, `/api/v1/rollback`, `/api/v1/deployments`: which versions answer.

use crate::query::{Page, Parameters};
use crate::shadow::Agreement;
use crate::writing::{Document, IdempotencyKey, Wanted};
use crate::{Kind, Problem, State};
use axum::Json;
use axum::extract::{self, Path};
use maasm_evaluation::gate::Gate;
use maasm_registry::{Deployment, Execution, Reference, Registry, Selector, Share, Traffic};
use semver::Version;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// For whoever may have models answer.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// For whoever may deploy.
pub fn deployer_routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(deploy)).routes(routes!(rollback))
}

/// What is to be deployed: one version, or several with their weights.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeployRequest {
    /// The model; the one that was published last if absent.
    pub model: Option<String>,
    /// The version: `1.2.0`, `^1`, `latest`, an alias; the highest release if absent.
    pub version: Option<String>,
    /// Several versions, with weights that are a hundred together.
    pub versions: Option<Vec<Share>>,
    /// A header, such as `x-user-id`: requests with the same value are answered by the same version.
    pub sticky: Option<String>,
    /// A version that is asked the same, for comparison.
    #[schema(value_type = Option<String>)]
    pub shadow: Option<Version>,
    /// What computes them; the sandbox if absent.
    pub execution: Option<Execution>,
    /// Deploys only if this revision is live now (0: nothing is).
    pub expected_revision: Option<u64>,
    /// Deploys only if this holds of each version's newest report: `top1 >= 0.74 and top1_drop <= 0.005 and p95_ms <= 40`.
    #[serde(rename = "if")]
    pub condition: Option<String>,
}

/// Where to go back to.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RollbackRequest {
    /// The model; the only one that is deployed if absent.
    pub model: Option<String>,
    /// The revision to go back to; the one before the live one if absent.
    pub to: Option<u64>,
}

/// Deployments of several models.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Deployments {
    /// What is live of each model, by name.
    pub deployments: Vec<Deployment>,
    /// What to give as `after` for those that follow; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What there is of a model's deployment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeploymentDetails {
    /// What is live.
    #[serde(flatten)]
    pub live: Deployment,
    /// How the shadow's answers compare with those that were given, if there is a shadow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Agreement>,
    /// All states that there were, newest first.
    pub revisions: Vec<Deployment>,
}

/// Deploy versions
///
/// Each is loaded first: one that cannot be loaded is not deployed, and the deployment stays as it is. Without a body,
/// the version that was published last gets all of its model's traffic.
#[utoipa::path(
    post, path = "/api/v1/deploy", tag = "deployments", params(IdempotencyKey), request_body = Option<DeployRequest>,
    responses(
        (status = 200, description = "What is live now", body = Deployment),
    )
)]
async fn deploy(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Document(asked): Document<DeployRequest>,
) -> Result<Json<Deployment>, Problem> {
    if let (None, None, None) = (&asked.model, &asked.version, &asked.versions) {
        published(&state).await?;
    }
    let gate = asked.condition.as_deref().map(str::parse::<Gate>).transpose();
    let gate = gate.map_err(|error| Problem::new(Kind::BadRequest, error.to_string()))?;
    let deployment = state.blocking(move |service| -> Result<Deployment, Problem> {
        let (model, traffic) = traffic(service.registry(), &asked)?;
        if let Some(gate) = &gate {
            for share in &traffic.versions {
                service.check_gate(&model, &share.version, gate)?;
            }
        }
        let reason = if traffic.versions.len() == 1 { "deploy" } else { "split" };
        Ok(service.split(&intent, &model, &traffic, asked.expected_revision, reason)?)
    });
    Ok(Json(deployment.await?))
}

/// Waits for what is being published: whoever has sent a model and then deploys means that one.
async fn published(state: &State) -> Result<(), Problem> {
    let Some(last) = state.service.registry().jobs(None, 1)?.pop() else { return Ok(()) };
    let job = state.jobs.wait(&last.id).await?;
    match job.error {
        Some(error) => Err(Problem::new(Kind::ModelRefused, error).with("job", job.id)),
        None => Ok(()),
    }
}

/// The model and the traffic that a request means.
fn traffic(registry: &Registry, asked: &DeployRequest) -> Result<(String, Traffic), Problem> {
    let execution = asked.execution.unwrap_or_default();
    let versions = match (&asked.versions, &asked.version) {
        (Some(_), Some(_)) => {
            let detail = "give either `version` or `versions`, which has weights";
            return Err(Problem::new(Kind::BadRequest, detail));
        }
        (Some(versions), None) => {
            let name = asked.model.clone().map_or_else(|| registry.only_model(), Ok)?;
            return Ok((
                name,
                Traffic {
                    versions: versions.clone(),
                    sticky: asked.sticky.clone(),
                    shadow: asked.shadow.clone(),
                    execution,
                },
            ));
        }
        (None, Some(version)) => {
            let name = asked.model.clone().map_or_else(|| registry.newest().map(|record| record.facts.name), Ok)?;
            registry.find(&Reference { name, selector: version.parse()? })?
        }
        (None, None) => match &asked.model {
            Some(name) => registry.find(&Reference { name: name.clone(), selector: Selector::Latest })?,
            None => registry.newest()?,
        },
    };
    let all = Traffic::all_to(versions.facts.version);
    Ok((versions.facts.name, Traffic { sticky: asked.sticky.clone(), shadow: asked.shadow.clone(), execution, ..all }))
}

/// Roll back
///
/// Goes back to the state before the live one. Going back once more goes back further.
#[utoipa::path(
    post, path = "/api/v1/rollback", tag = "deployments", params(IdempotencyKey), request_body = Option<RollbackRequest>,
    responses(
        (status = 200, description = "What is live now", body = Deployment),
    )
)]
async fn rollback(
    extract::State(state): extract::State<State>,
    Wanted(intent): Wanted,
    Document(asked): Document<RollbackRequest>,
) -> Result<Json<Deployment>, Problem> {
    let deployment = state.blocking(move |service| {
        let model = asked.model.map_or_else(|| service.registry().only_model(), Ok)?;
        service.registry().rollback(&intent, &model, asked.to)
    });
    Ok(Json(deployment.await?))
}

/// List deployments
#[utoipa::path(
    get, path = "/api/v1/deployments", tag = "deployments", operation_id = "list_deployments", params(Page),
    responses(
        (status = 200, description = "What is live of each model", body = Deployments),
    )
)]
async fn list(
    extract::State(state): extract::State<State>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<Deployments>, Problem> {
    let mut deployments = state.service.registry().all_live(page.after(), page.limit() + 1)?;
    let next = page.cut(&mut deployments, |deployment| deployment.model.clone());
    Ok(Json(Deployments { deployments, next }))
}

/// Show a model's deployment
#[utoipa::path(
    get, path = "/api/v1/deployments/{model}", tag = "deployments", operation_id = "show_deployment",
    params(("model" = String, Path), Page),
    responses(
        (status = 200, description = "What is live, and what was", body = DeploymentDetails),
    )
)]
async fn show(
    extract::State(state): extract::State<State>,
    Path(model): Path<String>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<DeploymentDetails>, Problem> {
    let registry = state.service.registry();
    let Some(live) = registry.live(&model)? else {
        // Says what there is instead.
        registry.find(&Reference { name: model.clone(), selector: Selector::Live })?;
        return Err(Problem::new(Kind::NotDeployed, format!("no version of {model} is deployed")));
    };
    let agreement = live.traffic.shadow.is_some().then(|| state.shadows.agreement(&model, live.revision));
    let revisions = registry.revisions(&model, page.limit())?;
    Ok(Json(DeploymentDetails { live, agreement, revisions }))
}
