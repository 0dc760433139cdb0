//! Names as platforms want them.

/// How long a name in DNS may be.
const LONGEST: usize = 63;
/// How many digits of a digest tell names apart that would become one.
const DIGITS: usize = 8;

/// A label of DNS (RFC 1035), as Kubernetes wants for names of services: lower-case letters, digits and `-`, the first a
/// letter, at most 63. Names that are labels stay as they are; different names stay different.
pub(super) fn label(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' }).collect();
    let mut label = plain.trim_matches('-').to_owned();
    if !label.starts_with(|first: char| first.is_ascii_lowercase()) {
        label.insert_str(0, "model-");
    }
    if label == name && label.len() <= LONGEST {
        return label;
    }
    label.truncate(LONGEST - DIGITS - 1);
    let digest = blake3::hash(name.as_bytes()).to_hex();
    format!("{}-{}", label.trim_end_matches('-'), &digest[..DIGITS])
}

/// The value of a Kubernetes label: letters, digits, `-`, `_` and `.`, at most 63, the first and last a letter or digit.
pub(super) fn label_value(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
        .take(LONGEST)
        .collect();
    plain.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_labels_of_dns_and_stay_different() {
        let long = "a".repeat(128);
        let names = ["my-cnn", "my.cnn", "my_cnn", "my-cnn-", "7up", "7", "x-.", &long, &long[1..]];
        let labels = names.map(label);
        for (name, label) in names.iter().zip(&labels) {
            assert!(label.len() <= LONGEST && label.starts_with(|c: char| c.is_ascii_lowercase()), "{name}: {label}");
            assert!(label.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-'), "{label}");
            assert!(label.ends_with(|c: char| c.is_ascii_alphanumeric()), "{label}");
        }
        assert_eq!(labels[0], "my-cnn");
        let different: std::collections::BTreeSet<_> = labels.iter().collect();
        assert_eq!(different.len(), names.len(), "{labels:?}");
    }

    #[test]
    fn versions_become_values_of_labels() {
        for (version, value) in [("1.0.0", "1.0.0"), ("1.0.0-rc.1+build.5", "1.0.0-rc.1_build.5"), ("1.0.0+", "1.0.0")]
        {
            assert_eq!(label_value(version), value);
        }
        assert_eq!(label_value(&"9".repeat(80)).len(), LONGEST);
    }
}
