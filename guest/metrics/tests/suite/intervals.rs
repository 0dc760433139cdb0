//! Coverage of the intervals: the share of them that contain the figure of the whole population.
//!
//! A classifier is made up of which is known how likely it takes one class for another, so that its true precision, recall
//! and F1 follow by definition. From it many data sets are drawn, and an interval is found from each.

use fastrand::Rng;
use maasm_metrics::{Average, Resample, Tally, interval};

const CLASSES: usize = 8;
const SETS: usize = 300;
const RESAMPLES: u64 = 300;

/// The probability that a sample of the first class is taken for the second.
fn taken(truth: usize, answer: usize) -> f64 {
    let right = 0.5 + 0.05 * truth as f64;
    if truth == answer { right } else { (1.0 - right) / (CLASSES - 1) as f64 }
}

/// Balanced accuracy, and precision, recall and F1 as means over classes.
fn figures(tally: &Tally) -> [f64; 4] {
    let of_macro = tally.average(Average::Macro);
    [tally.balanced_accuracy(), of_macro.precision, of_macro.recall, of_macro.f1].map(|figure| figure.unwrap_or(0.0))
}

/// … of all samples that there could be, where each class is as frequent as any other.
fn truth() -> [f64; 4] {
    let mean = |of_class: &dyn Fn(usize) -> f64| (0..CLASSES).map(of_class).sum::<f64>() / CLASSES as f64;
    let named = |class: usize| (0..CLASSES).map(|truth| taken(truth, class)).sum::<f64>();
    let recall = mean(&|class| taken(class, class));
    let precision = mean(&|class| taken(class, class) / named(class));
    [recall, precision, recall, mean(&|class| 2.0 * taken(class, class) / (1.0 + named(class)))]
}

fn tally(samples: impl Iterator<Item = (u32, u32)>) -> Tally {
    let mut tally = Tally::new(CLASSES);
    samples.for_each(|(truth, answer)| tally.add(truth, answer, 1));
    tally
}

fn sample(random: &mut Rng) -> (u32, u32) {
    let (truth, mut left) = (random.usize(..CLASSES), random.f64());
    let answer = (0..CLASSES).find(|&answer| {
        left -= taken(truth, answer);
        left < 0.0
    });
    (truth as u32, answer.unwrap_or(CLASSES - 1) as u32)
}

#[test]
fn about_95_of_100_intervals_contain_the_true_figure() {
    for samples in [160, 640] {
        let (truth, mut contained, mut random) = (truth(), [0; 4], Rng::with_seed(11));
        for set in 0..SETS {
            let data: Vec<(u32, u32)> = (0..samples).map(|_| sample(&mut random)).collect();
            let own = figures(&tally(data.iter().copied()));
            let drawn: Vec<[f64; 4]> = (0..RESAMPLES)
                .map(|number| {
                    let resample = Resample::new(set as u64, number, samples);
                    figures(&tally(resample.map(|index| data[index])))
                })
                .collect();
            for (place, contained) in contained.iter_mut().enumerate() {
                let mut drawn: Vec<f64> = drawn.iter().map(|figures| figures[place]).collect();
                let Ok(Some((low, high))) = interval(own[place], &mut drawn) else {
                    panic!("{samples} samples, figure {place}: no interval");
                };
                assert!(low <= own[place] && own[place] <= high);
                *contained += usize::from(low <= truth[place] && truth[place] <= high);
            }
        }
        let shares = contained.map(|contained| contained as f64 / SETS as f64);
        // Of 300, 95 % give or take three times 1.3 %; the bootstrap is known to be a little short with few samples.
        assert!(shares.iter().all(|share| (0.90..=0.99).contains(share)), "{samples} samples: {shares:?}");
    }
}
