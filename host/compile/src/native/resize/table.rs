//! Of which elements, by which weights, the elements along a resized axis are made.

/// How an axis is resized.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Elements before.
    pub extent: usize,
    /// Elements after.
    pub out: usize,
    /// The factor, of which `out` may be a rounding.
    pub scale: f64,
    /// Where the region begins and ends, as a part of the axis; for cropping only.
    pub region: [f64; 2],
}

impl Axis {
    /// One that stays as it is.
    pub fn still(extent: usize) -> Self {
        Self { extent, out: extent, scale: 1.0, region: [0.0, 1.0] }
    }
}

/// Where an element of the output lies in the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coordinates {
    /// Centres of elements are mapped.
    HalfPixel,
    /// The same, centred where the factor does not fit the sizes.
    HalfPixelSymmetric,
    /// The same, but a single element lies at the beginning.
    PytorchHalfPixel,
    /// First and last elements fall together.
    AlignCorners,
    /// Beginnings of elements are mapped.
    Asymmetric,
    /// Half a place beside where half-pixel has them.
    TfHalfPixelForNn,
    /// Corners of a region are aligned.
    TfCropAndResize,
}

/// Which element is the nearest.
#[derive(Clone, Copy, Debug)]
pub enum Nearest {
    /// Halves to the lower one.
    RoundPreferFloor,
    /// Halves to the higher one.
    RoundPreferCeil,
    /// Always the lower one.
    Floor,
    /// Always the higher one.
    Ceil,
}

/// How what lies between elements is found.
#[derive(Clone, Copy, Debug)]
pub enum Kernel {
    /// By the nearest.
    Nearest(Nearest),
    /// On a line between two.
    Linear,
    /// On a cubic through four (Keys, *Cubic Convolution Interpolation for Digital Image Processing*, 1981).
    Cubic {
        /// The slope parameter.
        a: f64,
    },
}

/// Everything that is the same for all axes.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    /// How what lies between elements is found.
    pub kernel: Kernel,
    /// Where elements lie.
    pub coordinates: Coordinates,
    /// Whether the kernel is widened where the axis shrinks.
    pub antialias: bool,
    /// Whether elements beyond the edges count for nothing, else the edges are repeated.
    pub exclude_outside: bool,
}

/// For each element of the output, `taps` elements of the input and their weights.
#[derive(Debug)]
pub struct Table {
    /// How many elements each is made of.
    pub taps: usize,
    /// Which, −1 for what lies outside.
    pub indices: Vec<i32>,
    /// By which weights.
    pub weights: Vec<f32>,
}

impl Table {
    /// How many elements of eight bytes making a table takes at most.
    pub fn room(scheme: &Scheme, axis: &Axis) -> usize {
        // Rows are lists at first: what the list itself takes, and two for each tap.
        const LIST: f64 = 5.0;
        let radius = match scheme.kernel {
            Kernel::Nearest(_) | Kernel::Linear => 1.0,
            Kernel::Cubic { .. } => 2.0,
        };
        let widened = if scheme.antialias { axis.scale.min(1.0) } else { 1.0 };
        (axis.out as f64 * (LIST + 2.0 * 2.0 * (radius / widened).ceil())) as usize
    }

    /// For one axis.
    pub fn new(scheme: &Scheme, axis: &Axis) -> Self {
        let rows: Vec<Vec<(i32, f64)>> = (0..axis.out).map(|place| row(scheme, axis, place)).collect();
        let taps = rows.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let padded = rows.iter().flat_map(|row| {
            let filler = row.first().map_or(0, |&(index, _)| index);
            row.iter().copied().chain(std::iter::repeat_n((filler, 0.0), taps - row.len()))
        });
        let (indices, weights): (Vec<i32>, Vec<f64>) = padded.unzip();
        Self { taps, indices, weights: weights.into_iter().map(|weight| weight as f32).collect() }
    }

    /// The one element that each is, if that is so.
    pub fn places(&self) -> Option<Vec<i64>> {
        let single = self.taps == 1 && self.weights.iter().all(|&weight| weight == 1.0);
        (single && self.indices.iter().all(|&index| index >= 0))
            .then(|| self.indices.iter().map(|&index| index.into()).collect())
    }

    /// Whether everything stays where it is.
    pub fn changes_nothing(&self, axis: &Axis) -> bool {
        let places = self.places();
        places.is_some_and(|places| axis.extent == axis.out && places.iter().copied().eq(0..axis.out as i64))
    }
}

/// The elements that one is made of, those without weight left out.
fn row(scheme: &Scheme, axis: &Axis, place: usize) -> Vec<(i32, f64)> {
    let Some(at) = coordinate(scheme.coordinates, axis, place as f64) else { return vec![(-1, 1.0)] };
    // The part of the way from the element before, in (0, 1].
    let floor = at.floor();
    let ratio = if at == floor { 1.0 } else { at - floor };
    let mut weights = weights(scheme, axis.scale, ratio);
    // As many elements on either side, the element before being the last of the first half.
    let first = (at.ceil() as i64) - (weights.len() / 2) as i64;
    let last = axis.extent as i64 - 1;
    if scheme.exclude_outside {
        for (i, weight) in weights.iter_mut().enumerate() {
            if !(0..=last).contains(&(first + i as i64)) {
                *weight = 0.0;
            }
        }
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
    }
    let mut row: Vec<(i32, f64)> = Vec::new();
    for (i, weight) in weights.into_iter().enumerate().filter(|&(_, weight)| weight != 0.0) {
        let index = (first + i as i64).clamp(0, last) as i32;
        match row.last_mut() {
            Some((known, sum)) if *known == index => *sum += weight,
            _ => row.push((index, weight)),
        }
    }
    row
}

/// Where an element lies in the input; nowhere if it is outside of what is cropped.
fn coordinate(coordinates: Coordinates, axis: &Axis, place: f64) -> Option<f64> {
    let (extent, scale) = (axis.extent as f64, axis.scale);
    let resized = scale * extent;
    let half_pixel = (place + 0.5) / scale - 0.5;
    Some(match coordinates {
        Coordinates::HalfPixel => half_pixel,
        Coordinates::HalfPixelSymmetric => {
            let adjustment = axis.out as f64 / resized;
            extent / 2.0 * (1.0 - adjustment) + half_pixel
        }
        Coordinates::PytorchHalfPixel if axis.out == 1 => 0.0,
        Coordinates::PytorchHalfPixel => half_pixel,
        Coordinates::AlignCorners if resized == 1.0 => 0.0,
        Coordinates::AlignCorners => place * (extent - 1.0) / (resized - 1.0),
        Coordinates::Asymmetric => place / scale,
        Coordinates::TfHalfPixelForNn => (place + 0.5) / scale,
        Coordinates::TfCropAndResize => {
            let [start, end] = axis.region;
            let part = if resized == 1.0 {
                (end - start) * (extent - 1.0) / 2.0
            } else {
                place * (end - start) * (extent - 1.0) / (resized - 1.0)
            };
            let at = part + start * (extent - 1.0);
            return (0.0..=extent - 1.0).contains(&at).then_some(at);
        }
    })
}

/// The weights of an even number of elements around a place that is `ratio` of the way behind the middle left one.
fn weights(scheme: &Scheme, scale: f64, ratio: f64) -> Vec<f64> {
    let wide = scheme.antialias && scale < 1.0;
    let (radius, weight): (f64, Box<dyn Fn(f64) -> f64>) = match scheme.kernel {
        Kernel::Nearest(nearest) => return nearest_weights(nearest, ratio).to_vec(),
        Kernel::Linear => (1.0, Box::new(|distance: f64| (1.0 - distance.abs()).max(0.0))),
        Kernel::Cubic { a } => (2.0, Box::new(move |distance| cubic(a, distance))),
    };
    let scale = if wide { scale } else { 1.0 };
    let first = (-radius / scale).floor() as i64 + 1;
    let mut weights: Vec<f64> = (first..=1 - first).map(|i| weight((i as f64 - ratio) * scale)).collect();
    if wide {
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
    }
    weights
}

fn nearest_weights(nearest: Nearest, ratio: f64) -> [f64; 2] {
    let higher = ratio == 1.0
        || match nearest {
            Nearest::RoundPreferFloor => ratio > 0.5,
            Nearest::RoundPreferCeil => ratio >= 0.5,
            Nearest::Floor => false,
            Nearest::Ceil => true,
        };
    if higher { [0.0, 1.0] } else { [1.0, 0.0] }
}

fn cubic(a: f64, distance: f64) -> f64 {
    let x = distance.abs();
    if x <= 1.0 {
        ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        ((x - 5.0) * x + 8.0) * x * a - 4.0 * a
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheme(kernel: Kernel, coordinates: Coordinates) -> Scheme {
        Scheme { kernel, coordinates, antialias: false, exclude_outside: false }
    }

    #[test]
    fn doubling_repeats_the_nearest() {
        let axis = Axis { extent: 2, out: 4, scale: 2.0, region: [0.0, 1.0] };
        let table = Table::new(&scheme(Kernel::Nearest(Nearest::Floor), Coordinates::Asymmetric), &axis);
        assert_eq!(table.places(), Some(vec![0, 0, 1, 1]));
    }

    /// onnxruntime 1.32, which divides in f32, has another element in one place of 26 → 64; whole numbers decide.
    #[test]
    fn the_nearest_is_that_of_exact_fractions() {
        for (extent, out) in [(26usize, 64usize), (3, 7), (7, 3), (10, 49), (64, 26)] {
            let axis = Axis { extent, out, scale: out as f64 / extent as f64, region: [0.0, 1.0] };
            let table = Table::new(&scheme(Kernel::Nearest(Nearest::Floor), Coordinates::Asymmetric), &axis);
            let exact = (0..out).map(|place| (place * extent / out) as i64).collect();
            assert_eq!(table.places(), Some(exact), "{extent} → {out}");
        }
    }

    #[test]
    fn lines_run_between_centres_and_are_level_beyond_the_edges() {
        let axis = Axis { extent: 2, out: 4, scale: 2.0, region: [0.0, 1.0] };
        let table = Table::new(&scheme(Kernel::Linear, Coordinates::HalfPixel), &axis);
        assert_eq!(table.taps, 2);
        assert_eq!(table.indices, [0, 0, 0, 1, 0, 1, 1, 1]);
        assert_eq!(table.weights, [1.0, 0.0, 0.75, 0.25, 0.25, 0.75, 1.0, 0.0]);
    }

    #[test]
    fn what_keeps_its_size_is_left_alone() {
        for kernel in [Kernel::Linear, Kernel::Cubic { a: -0.75 }, Kernel::Nearest(Nearest::RoundPreferFloor)] {
            let axis = Axis::still(5);
            assert!(Table::new(&scheme(kernel, Coordinates::HalfPixel), &axis).changes_nothing(&axis));
        }
    }
}
