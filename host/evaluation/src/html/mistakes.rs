//! The most confident wrong answers.

use super::figures::percent;
use super::section;
use crate::report::{Mistake, Report};
use maud::{Markup, html};

pub fn mistakes(report: &Report) -> Markup {
    if report.mistakes.is_empty() {
        return html! {};
    }
    section("Most confident mistakes", html! { div.gallery { @for mistake in &report.mistakes { (card(mistake)) } } })
}

fn card(mistake: &Mistake) -> Markup {
    // Nothing but a small picture that was made for this.
    let thumbnail = mistake.thumbnail.as_deref().filter(|url| url.starts_with("data:image/jpeg;base64,"));
    html! {
        figure.card {
            div.picture {
                @match thumbnail {
                    Some(url) => img src=(url) alt=(format!("{}, taken for {}", mistake.expected, mistake.predicted)) loading="lazy";,
                    None => span.soft { "no picture" },
                }
            }
            figcaption {
                div { span.bad { (mistake.predicted) } " " span.share { (percent(Some(f64::from(mistake.score)))) } }
                div { "is " span.good { (mistake.expected) } " " span.share { (percent(Some(f64::from(mistake.expected_score)))) } }
                div.sample { (mistake.sample) }
            }
        }
    }
}
