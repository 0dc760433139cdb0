//! Requests under other names and from pages of other sites: refused on every route, unless the server was told
//! otherwise. What browsers send stands in <https://fetch.spec.whatwg.org>, `Sec-Fetch-Site` in
//! <https://w3c.github.io/webappsec-fetch-metadata/>.

use crate::http::models::small;
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server, head, length, maasm, read_answer};
use maasm_registry::{Grant, Intent, Registry, Role};
use serde_json::Value;
use std::io::Write;
use std::net::TcpStream;
use std::sync::LazyLock;

/// A server that only its own machine reaches, without keys.
static OPEN: LazyLock<Server> = LazyLock::new(|| Server::start(&[&small("animals", "1.0.0")], &[]));

/// One that was told a name and a site.
static TOLD: LazyLock<Server> = LazyLock::new(|| {
    let options = ["--allow-host", "models.example", "--allow-host", "Other.Example.", "--allow-origin", SITE];
    Server::start(&[&small("animals", "1.0.0")], &options)
});

const SITE: &str = "https://photos.example";

/// What a browser says of a page that is not the server's own.
const FOREIGN: [&str; 8] = [
    "Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\nContent-Type: text/plain\r\n",
    "Origin: http://evil.example\r\n",
    "Origin: http://127.0.0.1:1\r\nSec-Fetch-Site: same-site\r\n",
    "Origin: https://localhost\r\n",
    // A page in a sandbox, or a file.
    "Origin: null\r\n",
    // Pictures, scripts and forms by GET have no origin.
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n",
    "Sec-Fetch-Site: same-site\r\n",
    // A page that frames another one.
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n",
];

/// Every route that is described, and those that are not: method, path and whether it takes a document that changes
/// something.
fn routes() -> Vec<(String, String, bool)> {
    let document = serde_json::to_value(maasm_server::document()).unwrap();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap().iter().filter(|(key, _)| *key != "parameters") {
            let changes = operation["tags"][0] != "inference";
            let takes = operation["requestBody"]["content"].get("application/json").is_some();
            let path = path.replace("{name}", "animals").replace("{model}", "animals").replace("{version}", "1.0.0");
            let path = path.replace("{alias}", "stable").replace("{id}", "none");
            routes.push((method.to_uppercase(), path, changes && takes));
        }
    }
    let others = ["/", "/openapi.json", "/v2", "/v2/health/live", "/v2/models/animals", "/nowhere"];
    routes.extend(others.map(|path| ("GET".into(), path.into(), false)));
    routes.push(("POST".into(), "/v2/models/animals/infer".into(), false));
    routes.push(("OPTIONS".into(), "/api/v1/keys".into(), false));
    routes
}

/// Sends a request under this name.
fn ask(server: &Server, method: &str, path: &str, host: &str, headers: &str, body: &[u8]) -> Answer {
    raw(server, &head(method, path, host, &(headers.to_owned() + &length(body))), body)
}

fn raw(server: &Server, head: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    read_answer(stream)
}

fn healthy(server: &Server, host: &str, headers: &str) -> Answer {
    ask(server, "GET", "/healthz", host, headers, b"")
}

/// Everything that a request could have changed.
fn state() -> [Value; 4] {
    ["/api/v1/keys", "/api/v1/audit", "/api/v1/jobs", "/api/v1/models/animals"].map(|path| OPEN.get(path).json())
}

#[test]
fn every_route_refuses_what_a_page_of_another_site_has_sent() {
    let before = state();
    for (method, path, _) in routes() {
        for headers in FOREIGN {
            let answer = ask(&OPEN, &method, &path, &OPEN.address.to_string(), headers, br#"{"name": "x"}"#);
            answer.is_problem(403, "cross-site", "--allow-origin");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{method} {path}");
        }
    }
    assert_eq!(state(), before);
}

#[test]
fn every_route_refuses_a_name_that_may_lead_here_without_being_the_servers() {
    let before = state();
    let port = OPEN.address.port();
    for (method, path, _) in routes() {
        for name in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.1"] {
            for host in [name.to_owned(), format!("{name}:{port}")] {
                // To the browser the page is the server's own.
                let origin = format!("Origin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n");
                for headers in ["", &origin] {
                    let answer = ask(&OPEN, &method, &path, &host, headers, br#"{"name": "x"}"#);
                    answer.is_problem(421, "unknown-host", &format!("--allow-host {name}"));
                }
            }
        }
    }
    assert_eq!(state(), before);
}

#[test]
fn addresses_and_localhost_are_the_servers_however_they_are_written() {
    let port = OPEN.address.port();
    for host in ["127.0.0.1", "localhost", "LOCALHOST.", "a.localhost", "[::1]", "192.168.1.7", "[2001:db8::1]"] {
        for host in [host.to_owned(), format!("{host}:{port}"), format!("{host}:80")] {
            assert_eq!(healthy(&OPEN, &host, "").status, 200, "{host}");
        }
    }
}

#[test]
fn names_that_the_server_was_told_are_its_own_and_no_others() {
    for host in ["models.example", "MODELS.example.", "models.example:8443", "other.example", "127.0.0.1"] {
        assert_eq!(healthy(&TOLD, host, "").status, 200, "{host}");
    }
    for host in ["a.models.example", "example", "photos.example"] {
        healthy(&TOLD, host, "").is_problem(421, "unknown-host", "");
    }
}

/// RFC 9112, section 3.2: a request of HTTP/1.1 has one valid `Host`; section 3.2.2: what stands in the first line counts.
#[test]
fn a_request_is_for_one_host() {
    for hosts in ["", "Host: localhost\r\nHost: localhost\r\n", "Host: \r\n", "Host: a b\r\n", "Host: u@localhost\r\n"]
    {
        let answer = raw(&OPEN, &format!("GET /healthz HTTP/1.1\r\nConnection: close\r\n{hosts}\r\n"), b"");
        answer.is_problem(400, "bad-request", "Host");
    }
    // No browser speaks it; load balancers do.
    assert_eq!(raw(&OPEN, "GET /healthz HTTP/1.0\r\n\r\n", b"").status, 200);
    let absolute = |named: &str, host: &str| healthy_at(&format!("http://{named}/healthz"), host);
    absolute("evil.example", "localhost").is_problem(421, "unknown-host", "evil.example");
    assert_eq!(absolute("localhost", "evil.example").status, 200);
}

fn healthy_at(target: &str, host: &str) -> Answer {
    ask(&OPEN, "GET", target, host, "", b"")
}

#[test]
fn the_servers_own_pages_and_links_to_it_are_answered() {
    let own = OPEN.address.to_string();
    let origin = format!("Origin: http://{own}\r\n");
    let link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    for headers in ["", &origin, &format!("{origin}Sec-Fetch-Site: same-origin\r\n"), "Sec-Fetch-Site: none\r\n", link]
    {
        assert_eq!(healthy(&OPEN, &own, headers).status, 200, "{headers}");
    }
    // A form that is sent is no link.
    ask(&OPEN, "POST", "/api/v1/gc", &own, link, b"").is_problem(403, "cross-site", "");
    // A proxy that calls the server otherwise: the browser knows.
    let proxied = "Origin: https://models.example\r\nSec-Fetch-Site: same-origin\r\n";
    assert_eq!(healthy(&OPEN, &own, proxied).status, 200);
}

#[test]
fn a_site_that_was_named_may_ask_beforehand_and_read_what_it_asked_for() {
    let own = TOLD.address.to_string();
    let origin = format!("Origin: {SITE}\r\nSec-Fetch-Site: cross-site\r\n");
    let asked = "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization,content-type\r\n";
    for path in ["/api/v1/keys", "/api/v1/recognize", "/v2/models/animals/infer"] {
        let answer = ask(&TOLD, "OPTIONS", path, &own, &format!("{origin}{asked}"), b"");
        assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(SITE));
        assert_eq!(answer.header("access-control-allow-headers"), Some("authorization,content-type"));
        assert!(answer.header("access-control-allow-methods").unwrap().contains("POST"));
        assert_eq!(answer.header("access-control-allow-credentials"), None, "there are no cookies");
        answer.is_varied();
    }
    for (path, status) in [("/api/v1/models", 200), ("/nowhere", 404)] {
        let answer = ask(&TOLD, "GET", path, &own, &origin, b"");
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, Some(SITE)), "{answer:?}");
        assert!(answer.header("access-control-expose-headers").unwrap().contains("X-Request-Id"));
        answer.is_varied();
    }
    let json = format!("{origin}Content-Type: application/json\r\n");
    assert_eq!(ask(&TOLD, "POST", "/api/v1/gc", &own, &json, b"{}").status, 200);
    ask(&TOLD, "POST", "/api/v1/recognize", &own, &json, &jpeg()).is_recognition();
    let without = healthy(&TOLD, &own, "");
    assert_eq!(without.header("access-control-allow-origin"), None);
    without.is_varied();
    for foreign in FOREIGN {
        let answer = healthy(&TOLD, &own, foreign);
        answer.is_problem(403, "cross-site", "");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

impl Answer {
    #[track_caller]
    fn is_varied(&self) {
        assert!(self.headers("vary").contains(&"origin"), "{self:?}");
    }
}

/// What `fetch` sends without asking beforehand: `text/plain`, `multipart/form-data`, `application/x-www-form-urlencoded`
/// and no type at all.
#[test]
fn a_document_that_changes_something_is_of_no_type_that_a_page_can_send_unasked() {
    let own = OPEN.address.to_string();
    let page = format!("Origin: http://{own}\r\nSec-Fetch-Site: same-origin\r\n");
    let type_of = |name: &str| if name.is_empty() { String::new() } else { format!("Content-Type: {name}\r\n") };
    let mut documents = 0;
    for (method, path, _) in routes().into_iter().filter(|(.., document)| *document) {
        documents += 1;
        let send = |headers: &str| ask(&OPEN, &method, &path, &own, headers, br#"{"no": "field"}"#);
        for (headers, content_type) in [
            ("", "text/plain"),
            ("", "Text/Plain; charset=UTF-8"),
            ("", "multipart/form-data; boundary=x"),
            (&page, "text/plain"),
            (&page, "application/x-www-form-urlencoded"),
            (&page, ""),
        ] {
            let answer = send(&(headers.to_owned() + &type_of(content_type)));
            answer.is_problem(415, "unsupported-media", "application/json");
        }
        // Of tools, `curl -d` says a form and Python says nothing.
        for (headers, content_type) in [
            ("", "application/x-www-form-urlencoded"),
            ("", ""),
            ("", "application/json"),
            (&page, "application/json; charset=utf-8"),
        ] {
            send(&(headers.to_owned() + &type_of(content_type))).is_problem(400, "bad-request", "no");
        }
    }
    assert!(documents >= 8, "there are only {documents}");
    let text = ask(&OPEN, "POST", "/api/v1/model", &own, &type_of("text/plain"), br#"{"params": {}}"#);
    text.is_problem(415, "unsupported-media", "application/json");
}

#[test]
fn photographs_are_taken_as_whatever_tools_call_them() {
    for content_type in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
        OPEN.post("", content_type, &jpeg()).is_recognition();
    }
}

#[test]
fn a_server_that_others_reach_answers_to_every_name_until_it_is_told_one() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(folder.path()).unwrap();
    let grant =
        Grant { name: "a test".into(), roles: vec![Role::Admin], valid_for: None, rate: None, concurrency: None };
    registry.create_key(&Intent::local(), &grant).unwrap();
    let everywhere = ["--listen", "0.0.0.0:0", "--data-dir", folder.path().to_str().unwrap()];
    let component = small("animals", "1.0.0");
    let server = Server::start(&[&component], &everywhere);
    for host in ["maasm.models.svc.cluster.local", "models.example:8080", "10.0.0.7"] {
        assert_eq!(healthy(&server, host, "").status, 200, "{host}");
        ask(&server, "POST", "/api/v1/keys", host, "", b"{}").is_problem(401, "unauthorized", "");
    }
    // Pages of other sites are refused whatever the name.
    healthy(&server, "models.example", FOREIGN[0]).is_problem(403, "cross-site", "");
    drop(server);
    let server = Server::start(&[&component], &[&everywhere[..], &["--allow-host", "models.example"]].concat());
    assert_eq!(healthy(&server, "models.example", "").status, 200);
    healthy(&server, "evil.example", "").is_problem(421, "unknown-host", "--allow-host evil.example");
}

#[test]
fn what_is_no_name_or_no_site_is_refused_on_the_command_line() {
    for (option, value, says) in [
        ("--allow-host", "http://models.example", "without scheme, port and path"),
        ("--allow-host", "models.example:3000", "without scheme, port and path"),
        ("--allow-host", "*", "without scheme, port and path"),
        ("--allow-origin", "photos.example", "SCHEME://HOST"),
        ("--allow-origin", "https://photos.example/", "SCHEME://HOST"),
        ("--allow-origin", "*", "would let every page in"),
        ("--allow-origin", "null", "would let every page in"),
    ] {
        let output = maasm().args(["serve", option, value]).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{option} {value}: {told}");
        assert!(told.contains(says), "it should say {says:?}: {told}");
    }
}
