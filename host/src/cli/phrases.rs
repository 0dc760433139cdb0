//! What several commands tell alike: sizes, ages, who gets which requests.

use bytesize::ByteSize;
use maasm_registry::{Backend, Execution, Traffic};
use std::time::{Duration, SystemTime};

/// Bytes, for people.
pub(super) fn size(bytes: u64) -> String {
    ByteSize::b(bytes).to_string()
}

/// How long ago a time is that the registry wrote down, such as `3 days ago`.
pub(super) fn age(time: &str, now: SystemTime) -> String {
    let Ok(time) = humantime::parse_rfc3339(time) else { return time.into() };
    let seconds = now.duration_since(time).unwrap_or(Duration::ZERO).as_secs();
    let (count, unit) = match seconds {
        0..60 => return "just now".into(),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

/// Which versions answer, in words.
pub(super) fn traffic(traffic: &Traffic) -> String {
    let mut parts: Vec<String> = match &traffic.versions[..] {
        [one] => vec![one.version.to_string()],
        several => several.iter().map(|share| format!("{} {} %", share.version, share.weight)).collect(),
    };
    parts.extend(traffic.shadow.iter().map(|shadow| format!("shadow {shadow}")));
    if let Execution::Nn(nn) = traffic.execution {
        let backend = nn.backend.map(|backend| format!(" by {}", called(backend)));
        let plural = |threads: u32| if threads == 1 { "" } else { "s" };
        let threads = nn.threads.map(|threads| format!(" on {threads} thread{}", plural(threads.get())));
        parts.push(format!("computed through wasi-nn{}{}", backend.unwrap_or_default(), threads.unwrap_or_default()));
    }
    parts.extend(traffic.sticky.iter().map(|header| format!("sticky by {header}")));
    parts.join(", ")
}

/// A backend's name.
fn called(backend: Backend) -> &'static str {
    match backend {
        Backend::Native => "native",
        Backend::Onnxruntime => "onnxruntime",
    }
}

/// How to see what follows, if anything does.
pub(super) fn more(command: &str, next: Option<String>) -> String {
    next.map(|next| format!("more: maasm {command} --after {next}\n")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let now = humantime::parse_rfc3339("2026-03-03T12:00:00Z").unwrap();
        assert_eq!(age("2026-03-03T11:59:30.000Z", now), "just now");
        assert_eq!(age("2026-03-03T11:58:59Z", now), "1 minute ago");
        assert_eq!(age("2026-03-03T07:00:00Z", now), "5 hours ago");
        assert_eq!(age("2026-02-28T12:00:00Z", now), "3 days ago");
        assert_eq!(age("2027-01-01T00:00:00Z", now), "just now");
    }
}
