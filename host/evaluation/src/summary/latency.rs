//! How long samples took, and how much memory that took.

use super::SummaryError;
use crate::report::{Bucket, Latency};
use crate::run::{Answers, Times};
use maasm_metrics::percentile;

/// How many parts the histogram has up to the 99th percentile; one more has the rest.
const BUCKETS: usize = 24;

/// How long samples took; none if none was answered.
pub fn latency(answers: &Answers) -> Result<Option<Latency>, SummaryError> {
    let (mut totals, mut sums) = (Vec::new(), [0.0; 3]);
    answers.each(|_, answer| {
        if answer.values.is_ok() {
            let Times { decode, preprocess, inference, total } = answer.times;
            totals.push(milliseconds(total));
            for (sum, time) in sums.iter_mut().zip([decode, preprocess, inference]) {
                *sum += milliseconds(time);
            }
        }
    })?;
    totals.sort_unstable_by(f64::total_cmp);
    let count = totals.len() as f64;
    let at = |percent: f64| percentile(&totals, percent);
    let (Some(p50), Some(p90), Some(p95), Some(p99)) = (at(50.0), at(90.0), at(95.0), at(99.0)) else {
        return Ok(None);
    };
    let mean = totals.iter().sum::<f64>() / count;
    let [decode, preprocess, inference] = sums.map(|sum| sum / count);
    let histogram = histogram(&totals, p99);
    Ok(Some(Latency { p50, p90, p95, p99, mean, decode, preprocess, inference, histogram }))
}

fn histogram(sorted: &[f64], p99: f64) -> Vec<Bucket> {
    let (Some(&first), Some(&last)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let width = (p99 - first) / BUCKETS as f64;
    let mut edges: Vec<f64> = (0..BUCKETS).map(|edge| first + width * edge as f64).chain([p99]).collect();
    if width <= 0.0 {
        edges = vec![first, p99];
    }
    if last > p99 {
        edges.push(last);
    }
    let buckets = edges.len() - 1;
    let below =
        |edge: usize| if edge == buckets { sorted.len() } else { sorted.partition_point(|&time| time < edges[edge]) };
    let bucket = |place: usize| Bucket {
        from: edges[place],
        to: edges[place + 1],
        count: (below(place + 1) - below(place)) as u64,
    };
    (0..buckets).map(bucket).collect()
}

fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

/// The most memory that this process had, in bytes; none where the system does not tell.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_histogram_counts_every_sample_once() {
        for times in [vec![1.0], vec![1.0, 1.0], vec![1.0, 2.0], (0..1000).map(f64::from).collect()] {
            let p99 = percentile(&times, 99.0).unwrap();
            let buckets = histogram(&times, p99);
            assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), times.len() as u64);
            assert!(buckets.array_windows().all(|[a, b]| a.to == b.from && a.from < a.to), "{buckets:?}");
            assert_eq!((buckets[0].from, buckets.last().unwrap().to), (times[0], *times.last().unwrap()));
        }
    }
}
