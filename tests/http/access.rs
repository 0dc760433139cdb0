//! Who may do what: keys made in the server's data folder, by this process, and what each role opens.

use crate::http::models::small;
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server, length};
use maasm_registry::{Grant, Intent, NewKey, Registry, Role};
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Duration;
use tempfile::TempDir;

/// A server that asks for keys, and the folder that they are made in.
struct Locked {
    server: Server,
    registry: Registry,
    admin: NewKey,
    _folder: TempDir,
}

static LOCKED: LazyLock<Locked> = LazyLock::new(|| Locked::start(&[]));

const EVERY_ROLE: [Role; 4] = [Role::Infer, Role::Publish, Role::Deploy, Role::Admin];

impl Locked {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::open(folder.path()).unwrap();
        let admin = registry.create_key(&Intent::local(), &grant(&[Role::Admin])).unwrap();
        let arguments = [&["--data-dir", folder.path().to_str().unwrap()], arguments].concat();
        let server = Server::start(&[&small("animals", "1.0.0")], &arguments);
        Self { server, registry, admin, _folder: folder }
    }

    fn key(&self, grant: &Grant) -> NewKey {
        self.registry.create_key(&Intent::local(), grant).unwrap()
    }

    fn send(&self, secret: &str, method: &str, path: &str, body: &[u8]) -> Answer {
        self.server.send(method, path, &(bearer(secret) + &length(body)), body)
    }

    fn recognize(&self, secret: &str) -> Answer {
        self.send(secret, "POST", "/api/v1/recognize", &jpeg())
    }

    /// Everything that a request could have changed.
    fn state(&self) -> Value {
        let paths = ["/api/v1/models/animals", "/api/v1/deployments/animals", "/api/v1/keys", "/api/v1/jobs"];
        json!(paths.map(|path| self.send(&self.admin.secret, "GET", path, &[]).json()))
    }
}

fn grant(roles: &[Role]) -> Grant {
    Grant { name: "a test".into(), roles: roles.into(), valid_for: None, rate: None, concurrency: None }
}

fn bearer(secret: &str) -> String {
    format!("Authorization: Bearer {secret}\r\n")
}

/// Every route that needs a key: its role, a request that changes nothing, and the status it has where it is allowed.
const ROUTES: [(Role, &str, &str, &str, u16); 38] = [
    (Role::Infer, "POST", "/api/v1/recognize", "", 400),
    (Role::Infer, "POST", "/api/v1/infer", "", 400),
    (Role::Infer, "GET", "/api/v1/models", "", 200),
    (Role::Infer, "GET", "/api/v1/models/{name}", "", 200),
    (Role::Infer, "GET", "/api/v1/models/{name}/versions/{version}", "", 200),
    (Role::Infer, "GET", "/api/v1/models/{name}/versions/{version}/component", "", 200),
    (Role::Infer, "GET", "/api/v1/models/{name}/versions/{version}/evaluations", "", 200),
    (Role::Infer, "GET", "/api/v1/models/{name}/versions/{version}/evaluations/{id}", "", 404),
    (Role::Infer, "GET", "/api/v1/deployments", "", 200),
    (Role::Infer, "GET", "/api/v1/deployments/{model}", "", 200),
    (Role::Infer, "GET", "/v2/models/{name}", "", 200),
    (Role::Infer, "GET", "/v2/models/{name}/ready", "", 200),
    (Role::Infer, "POST", "/v2/models/{name}/infer", "", 400),
    (Role::Infer, "POST", "/v2/repository/index", "", 200),
    (Role::Publish, "POST", "/api/v1/model", "", 400),
    (Role::Publish, "POST", "/api/v1/push", "{}", 400),
    (Role::Publish, "POST", "/api/v1/pull", "{}", 400),
    (Role::Publish, "DELETE", "/api/v1/models/{name}/versions/{version}", "", 409),
    (Role::Publish, "POST", "/api/v1/evaluate?version=animals@1.0.0", "", 400),
    (Role::Publish, "POST", "/api/v1/optimize", "{}", 400),
    (Role::Publish, "POST", "/api/v1/tune", "{}", 400),
    (Role::Publish, "GET", "/api/v1/data", "", 200),
    (Role::Publish, "GET", "/api/v1/data/{name}", "", 404),
    (Role::Publish, "PUT", "/api/v1/data/{name}", "", 400),
    (Role::Publish, "DELETE", "/api/v1/data/{name}", "", 404),
    (Role::Publish, "GET", "/api/v1/jobs", "", 200),
    (Role::Publish, "GET", "/api/v1/jobs/{id}", "", 404),
    (Role::Publish, "DELETE", "/api/v1/jobs/{id}", "", 404),
    (Role::Deploy, "POST", "/api/v1/deploy", r#"{"model": "nobody"}"#, 404),
    (Role::Deploy, "POST", "/api/v1/rollback", "", 409),
    (Role::Deploy, "PUT", "/api/v1/models/{name}/aliases/{alias}", "{}", 400),
    (Role::Deploy, "DELETE", "/api/v1/models/{name}/aliases/{alias}", "", 404),
    (Role::Admin, "GET", "/api/v1/keys", "", 200),
    (Role::Admin, "POST", "/api/v1/keys", "{}", 400),
    (Role::Admin, "DELETE", "/api/v1/keys/{id}", "", 404),
    (Role::Admin, "GET", "/api/v1/audit", "", 200),
    (Role::Admin, "POST", "/api/v1/gc", "[]", 400),
    (Role::Admin, "POST", "/api/v1/fsck", "", 200),
];

fn filled(path: &str) -> String {
    let path = path.replace("{name}", "animals").replace("{model}", "animals").replace("{version}", "1.0.0");
    path.replace("{alias}", "stable").replace("{id}", "none")
}

#[test]
fn every_route_opens_to_the_keys_of_its_role_and_to_no_others() {
    // No other test changes anything there.
    let locked = Locked::start(&[]);
    let keys = EVERY_ROLE.map(|role| (role, locked.key(&grant(&[role])).secret));
    let before = locked.state();
    for (needed, method, path, body, status) in ROUTES {
        for (role, secret) in &keys {
            let may = *role == needed || *role == Role::Admin || (needed == Role::Infer && method == "GET");
            let response = locked.send(secret, method, &filled(path), body.as_bytes());
            let expected = if may { status } else { 403 };
            assert_eq!(response.status, expected, "{method} {path} with the role {role:?}: {response:?}");
        }
        let open = locked.server.send(method, &filled(path), &length(body.as_bytes()), body.as_bytes());
        open.is_problem(401, "unauthorized", "this server needs a key");
    }
    assert_eq!(locked.state(), before);
}

#[test]
fn whoever_may_publish_but_not_deploy_does_not_deploy_by_publishing() {
    // No other test changes anything there.
    let locked = Locked::start(&[]);
    let publisher = locked.key(&grant(&[Role::Publish])).secret;
    let before = locked.state();
    let model = small("animals", "9.0.0");
    let pull = br#"{"from": "oci://127.0.0.1:1/animals:9.0.0", "deploy": true}"#;
    for (path, body) in [("/api/v1/model?deploy=true&wait=true", &model[..]), ("/api/v1/pull", pull)] {
        let answer = locked.send(&publisher, "POST", path, body);
        answer.is_problem(403, "forbidden", "does not have the role deploy");
    }
    assert_eq!(locked.state(), before);
}

#[test]
fn the_routes_above_are_all_that_are_described() {
    let document = serde_json::to_value(maasm_server::document()).unwrap();
    let mut described = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let methods = operations.as_object().unwrap().keys().filter(|key| *key != "parameters");
        described.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    described.retain(|operation| operation != "GET /healthz");
    described.sort();
    let bare = |path: &str| path.split('?').next().unwrap_or_default().to_owned();
    let mut tested: Vec<_> = ROUTES.iter().map(|(_, method, path, ..)| format!("{method} {}", bare(path))).collect();
    // The Open Inference Protocol has a description of its own.
    tested.retain(|operation| !operation.contains("/v2/"));
    tested.sort();
    assert_eq!(described, tested);
}

#[test]
fn who_has_no_key_is_told_how_to_send_one_and_may_still_ask_whether_the_server_answers() {
    let answer = LOCKED.server.recognize(&jpeg());
    answer.is_problem(401, "unauthorized", "Authorization: Bearer KEY");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"maasm\""));
    for path in ["/healthz", "/", "/openapi.json"] {
        assert_eq!(LOCKED.server.get(path).status, 200, "{path}");
    }
}

#[test]
fn a_secret_that_is_no_keys_opens_nothing() {
    let good = &LOCKED.admin.secret;
    let wrong = [
        "".into(),
        "maasm".into(),
        format!("{good}0"),
        good[..good.len() - 1].to_owned(),
        good.to_uppercase(),
        format!("maasm_{}_", LOCKED.admin.key.id),
        "x".repeat(20_000),
        "' OR 1=1 --".into(),
    ];
    for secret in wrong {
        LOCKED.recognize(&secret).is_problem(401, "unauthorized", "the key is not known");
    }
    let basic = LOCKED.server.send("GET", "/api/v1/models", &format!("Authorization: Basic {good}\r\n"), &[]);
    basic.is_problem(401, "unauthorized", "");
}

#[test]
fn a_key_that_another_process_makes_opens_at_once_and_one_that_it_revokes_opens_nothing_any_more() {
    let made = LOCKED.key(&grant(&[Role::Infer]));
    LOCKED.recognize(&made.secret).is_recognition();
    LOCKED.registry.revoke_key(&Intent::local(), &made.key.id).unwrap();
    LOCKED.recognize(&made.secret).is_problem(401, "unauthorized", "the key was revoked");
}

#[test]
fn a_key_opens_until_it_expires() {
    let made = LOCKED.key(&Grant { valid_for: Some(1), ..grant(&[Role::Admin]) });
    std::thread::sleep(Duration::from_millis(1100));
    LOCKED.recognize(&made.secret).is_problem(401, "unauthorized", "the key has expired");
}

#[test]
fn the_first_key_locks_a_server_that_was_open_and_it_stays_locked_when_the_key_ends() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(folder.path()).unwrap();
    let server = Server::start(&[&small("animals", "1.0.0")], &["--data-dir", folder.path().to_str().unwrap()]);
    server.recognize(&jpeg()).is_recognition();
    let made = registry.create_key(&Intent::local(), &grant(&[Role::Infer])).unwrap();
    server.recognize(&jpeg()).is_problem(401, "unauthorized", "");
    registry.revoke_key(&Intent::local(), &made.key.id).unwrap();
    server.recognize(&jpeg()).is_problem(401, "unauthorized", "");
}

#[test]
fn an_address_that_others_reach_is_served_where_there_are_keys() {
    let locked = Locked::start(&["--listen", "0.0.0.0:0"]);
    locked.server.recognize(&jpeg()).is_problem(401, "unauthorized", "");
    locked.recognize(&locked.admin.secret).is_recognition();
}

#[test]
fn a_key_that_is_used_more_often_than_it_allows_is_refused_and_others_are_not() {
    let slow = LOCKED.key(&Grant { rate: Some(2), ..grant(&[Role::Infer]) });
    let ask = || LOCKED.send(&slow.secret, "GET", "/api/v1/models", &[]);
    // Whatever the machine's pace, of twenty requests some come in the same half second.
    let answers: Vec<Answer> =
        std::thread::scope(|scope| [(); 20].map(|()| scope.spawn(ask)).map(|asked| asked.join().unwrap()).into());
    assert!(answers.iter().filter(|answer| answer.status == 200).count() >= 2);
    let refused = answers.iter().find(|answer| answer.status != 200).expect("twenty in an instant are too many");
    let problem = refused.is_problem(429, "too-many-requests", "allows 2 requests a second");
    assert_eq!((refused.header("retry-after"), &problem["maximum"]), (Some("1"), &json!(2)));
    LOCKED.recognize(&LOCKED.admin.secret).is_recognition();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(ask().status, 200);
}

#[test]
fn a_key_makes_so_many_requests_at_once_and_the_next_when_one_has_ended_or_its_client_has_gone() {
    let narrow = LOCKED.key(&Grant { concurrency: Some(1), ..grant(&[Role::Infer]) });
    let headers = bearer(&narrow.secret) + "Content-Length: 1000\r\n";
    let hanging = LOCKED.server.begin("POST", "/api/v1/recognize", &headers);
    std::thread::sleep(Duration::from_millis(300));
    let refused = LOCKED.recognize(&narrow.secret);
    refused.is_problem(429, "too-many-requests", "allows 1 requests at once");
    assert_eq!(refused.header("retry-after"), Some("1"));
    drop(hanging);
    std::thread::sleep(Duration::from_millis(300));
    for _ in 0..5 {
        LOCKED.recognize(&narrow.secret).is_recognition();
    }
}

#[test]
fn a_secret_is_told_once_and_stands_neither_in_the_log_nor_in_the_data_folder() {
    let locked = Locked::start(&["--log-format", "json"]);
    let body = br#"{"name": "a program", "roles": ["infer"]}"#;
    let answer = locked.send(&locked.admin.secret, "POST", "/api/v1/keys", body);
    assert_eq!(answer.status, 201, "{answer:?}");
    let told = answer.json();
    let secret = told["secret"].as_str().unwrap();
    locked.recognize(secret).is_recognition();
    locked.recognize(&secret.replace("_", "-")).is_problem(401, "unauthorized", "");
    for path in ["/api/v1/keys", "/api/v1/audit"] {
        let shown = locked.send(&locked.admin.secret, "GET", path, &[]);
        assert!(shown.status == 200 && shown.body.contains(told["id"].as_str().unwrap()), "{shown:?}");
        assert!(!shown.body.contains(secret), "{path} tells a secret");
    }
    for secret in [secret, &locked.admin.secret] {
        let random = secret.rsplit('_').next().unwrap();
        assert!(!locked.server.log().contains(random), "the log tells a secret");
        let found = files(locked.registry.folder())
            .into_iter()
            .find(|file| std::fs::read(file).unwrap().windows(random.len()).any(|window| window == random.as_bytes()));
        assert_eq!(found, None);
    }
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
