//! The page, opened in Chromium: everything is there, nothing sticks out, nothing is fetched and nothing runs.

use crate::support::report;
use maasm_evaluation::Report;
use maasm_evaluation::html::page;
use maasm_tests::browser::Browser;
use std::path::PathBuf;

/// Few classes with a comparison; many; numbers; and a report without anything.
fn reports() -> Vec<(&'static str, Report)> {
    let mut bare = report(40, 10, 1, None);
    (bare.run, bare.mistakes, bare.failures, bare.calibration) = (None, vec![], vec![], vec![]);
    bare.metrics.values_mut().for_each(|estimate| (estimate.value, estimate.low, estimate.high) = (None, None, None));
    let mut slow = report(40, 10, 1, None);
    let latency = slow.run.as_mut().unwrap().latency.as_mut().unwrap();
    (latency.p50, latency.p90, latency.p95, latency.p99) = (99.99, 123_456.0, 234_567.0, 345_678.0);
    slow.model.size = 1_048_575 << 10;
    let mut forced = report(60, 0, 1, Some(3));
    forced.comparison.as_mut().unwrap().forced = Some("these are about <other> data".into());
    vec![
        ("few", report(400, 10, 2, Some(2))),
        ("many", report(1500, 300, 2, Some(2))),
        ("numbers", forced),
        ("bare", bare),
        ("slow", slow),
    ]
}

#[test]
fn the_page_is_whole_on_every_screen_in_every_light_and_on_paper() {
    let Some(browser) = Browser::start() else { return };
    // Where somebody wants to look at them.
    let pictures = std::env::var_os("MAASM_SCREENSHOTS").map(PathBuf::from);
    for (name, report) in reports() {
        let file = browser.folder.path().join(format!("{name}.html"));
        std::fs::write(&file, page(&report)).unwrap();
        let mut grounds = Vec::new();
        for (width, dark) in [(320, false), (320, true), (768, false), (1100, false), (1280, false)] {
            let (seen, console) = browser.see(&file, width, dark);
            let at = format!("{name} at {width}");
            assert_eq!(console, "", "{at}: it complains");
            assert_eq!(seen["width"], width);
            assert!(seen["scroll"].as_u64().unwrap() <= u64::from(width), "{at}: it is {} wide", seen["scroll"]);
            assert!(seen["outside"].as_array().unwrap().is_empty(), "{at}: {} stick out", seen["outside"]);
            assert!(seen["cut"].as_array().unwrap().is_empty(), "{at}: {} are wider than their place", seen["cut"]);
            assert!(seen["fetched"].as_array().unwrap().is_empty(), "{at}: it fetches {}", seen["fetched"]);
            assert_eq!(seen["scripts"], 0, "{at}: it has scripts");
            let text = seen["text"].as_str().unwrap();
            for told in
                ["birds-<of-prey> 1.1.0", "photos & more", "maasm evaluate", &report.model.digest, &report.data.digest]
            {
                assert!(text.contains(told), "{at}: it does not say {told:?}: {text}");
            }
            let shown = seen["pictures"].as_array().unwrap();
            assert_eq!(shown.len(), report.mistakes.len(), "{at}");
            assert!(shown.iter().all(|picture| *picture == serde_json::json!([true, 60])), "{at}: {shown:?}");
            grounds.push((dark, seen["background"].as_str().unwrap().to_owned()));
        }
        assert_eq!(grounds[0].1, "rgb(255, 255, 255)", "{name}: in the light it is white");
        assert_ne!(grounds[1].1, grounds[0].1, "{name}: in the dark it is not");
        let paper = browser.print(&file);
        assert!(paper.starts_with(b"%PDF") && paper.len() > 10_000, "{name}: it cannot be printed");
        if let Some(pictures) = &pictures {
            for width in [320, 1280] {
                browser.screenshot(&file, width, &pictures.join(format!("{name}-{width}.png")));
            }
            std::fs::write(pictures.join(format!("{name}.pdf")), paper).unwrap();
        }
    }
}

#[test]
fn figures_are_told_as_they_are() {
    let Some(browser) = Browser::start() else { return };
    let report = report(400, 10, 1, Some(2));
    let file = browser.folder.path().join("figures.html");
    std::fs::write(&file, page(&report)).unwrap();
    let (seen, _) = browser.see(&file, 1280, false);
    let text = seen["text"].as_str().unwrap();
    let accuracy = report.metrics["accuracy"];
    for value in [accuracy.value, accuracy.low, accuracy.high] {
        let value = value.unwrap();
        assert!(text.contains(&format!("{value:.4}")), "{value}: {text}");
        assert!(text.contains(&format!("{:.1}\u{a0}%", value * 100.0)), "{value}: {text}");
    }
    let comparison = report.comparison.as_ref().unwrap();
    let test = comparison.mcnemar.as_ref().unwrap();
    assert!(text.contains(&format!("{} gained, {} lost", test.gained, test.lost)), "{text}");
    for mistake in &report.mistakes {
        assert!(text.contains(&mistake.sample) && text.contains(&mistake.predicted), "{}: {text}", mistake.sample);
    }
    assert!(text.contains("it is <b>odd</b>"), "why a sample was not evaluated: {text}");
}

/// The places of the comparison's dots by the figures' titles: −1 is the left end of the scale, 1 the right one.
fn dots(html: &str) -> Vec<(String, f64)> {
    let comparison = html.split("<h2>Comparison</h2>").nth(1).unwrap().split("</table>").next().unwrap();
    let rows = comparison.split("<tr>").skip(2).map(|row| {
        let title = row.split("scope=\"row\">").nth(1).unwrap().split('<').next().unwrap();
        let circle = row.split("<circle").nth(1).unwrap();
        let centre: f64 = circle.split("cx=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
        // The line goes from 4 to 156.
        (title.to_owned(), (centre - 80.0) / 76.0)
    });
    rows.collect()
}

#[test]
fn differences_without_intervals_are_drawn_as_large_as_they_are() {
    let (mut own, other) = (report(400, 10, 1, None), report(400, 10, 1, None));
    let mut add =
        |name: &str, difference: f64| *own.metrics.get_mut(name).unwrap().value.as_mut().unwrap() += difference;
    add("accuracy", -0.1);
    add("roc_auc_macro", -1e-6);
    add("f1_macro", 0.05);
    add("expected_calibration_error", 0.02);
    let loss = other.metric("log_loss").unwrap();
    add("log_loss", loss / 4.0);
    own.compare_with(&other, false).unwrap();
    let dots = dots(&page(&own));
    let place = |title: &str| dots.iter().find(|(name, _)| name == title).unwrap_or_else(|| panic!("{dots:?}")).1;
    // The largest of all is the loss, a fifth of the larger one, and less of it is better; the scale is a tenth longer.
    for (title, difference) in [
        ("Log loss", -0.2),
        ("Accuracy", -0.1),
        ("ROC AUC, one against the rest", 0.0),
        ("F1, macro", 0.05),
        ("Expected calibration error", -0.02),
        ("Recall, macro", 0.0),
    ] {
        let expected = difference / 0.22;
        assert!((place(title) - expected).abs() < 1e-3, "{title}: {} should be {expected}", place(title));
    }
    own.metrics.clone_from(&other.metrics);
    own.compare_with(&other, false).unwrap();
    assert!(
        self::dots(&page(&own)).iter().all(|(_, place)| *place == 0.0),
        "without a difference all are in the middle"
    );
}

#[test]
fn the_page_says_what_scores_are_and_why_there_is_no_interval() {
    let report = report(60, 5, 1, None);
    let html = page(&report);
    assert!(html.contains("the output, which is probabilities that add up to 1"), "what scores are made of");
    assert!(html.contains("Top-5 accuracy is 1 of a model with five classes or fewer"), "what it says of few classes");
    let sparse = page(&self::report(60, 30, 1, None));
    assert!(sparse.contains("No interval of") && sparse.contains("30 of 30 classes have fewer than 10 samples"));
}

#[test]
fn strangers_texts_are_texts() {
    let mut report = report(60, 10, 1, None);
    let markup = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    report.model.name = markup.into();
    report.mistakes[0].thumbnail = Some("data:image/svg+xml,<svg onload='alert(1)'/>".into());
    report.mistakes[1].thumbnail = Some("https://example.org/pixel.jpg".into());
    report.mistakes[0].sample = markup.into();
    report.failures[0].reason = markup.into();
    let html = page(&report);
    assert!(!html.contains("<script") && !html.contains("<img src=x"), "a text became markup");
    assert!(!html.contains("example.org") && !html.contains("svg+xml"), "a picture comes from elsewhere");
    assert!(html.contains("&lt;script&gt;alert(1)"));
}
