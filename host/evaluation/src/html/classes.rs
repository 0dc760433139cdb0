//! The classes that are known worst.

use super::figures::{count, number};
use super::section;
use crate::report::{Class, Report};
use maud::{Markup, html};

/// How many are shown.
const SHOWN: usize = 15;

pub fn classes(report: &Report) -> Markup {
    let mut classes: Vec<&Class> = report.classes.iter().filter(|class| class.support > 0).collect();
    if classes.is_empty() {
        return html! {};
    }
    classes.sort_by(|a, b| {
        let key = |class: &Class| (class.f1.unwrap_or(0.0), class.roc_auc.unwrap_or(1.0));
        let ((a_f1, a_area), (b_f1, b_area)) = (key(a), key(b));
        a_f1.total_cmp(&b_f1).then(a_area.total_cmp(&b_area)).then(a.index.cmp(&b.index))
    });
    let all = classes.len();
    let title = if all > SHOWN { "Worst classes" } else { "Classes, the worst first" };
    section(
        title,
        html! {
            div.scroll {
                table {
                    thead {
                        tr {
                            th scope="col" { "class" } th.number scope="col" { "samples" } th.number scope="col" { "precision" }
                            th.number scope="col" { "recall" } th.number scope="col" { "F1" } th.number scope="col" { "ROC AUC" }
                            th.number scope="col" { "average precision" }
                        }
                    }
                    tbody {
                        @for class in classes.iter().take(SHOWN) {
                            tr {
                                th scope="row" { (class.label) }
                                td.number { (count(class.support)) }
                                @for value in [class.precision, class.recall, class.f1, class.roc_auc, class.average_precision] {
                                    td.number { (number(value)) }
                                }
                            }
                        }
                    }
                }
            }
            @if all > SHOWN { p.note { (SHOWN) " of " (count(all as u64)) " classes, by F1; the JSON report has all." } }
        },
    )
}
