//! Where the vertices of a layered drawing lie, and which way its edges take.
//!
//! Layers are ours: a vertex stands one below the lowest that it follows. `rust-sugiyama` orders each layer for few
//! crossings and assigns the places in it. It tells nothing of edges, so each edge gets a *waypoint* in every layer that
//! it passes: a narrow vertex like any other, which keeps the way clear. With those, every edge leads from one layer to
//! the next, which is the shortest drawing there is, and so the one that the library keeps to.

use rust_sugiyama::configure::Config;

/// A point, in pixels from the top left.
pub(super) type Point = (f64, f64);

/// How high a vertex is.
pub(super) const HEIGHT: f64 = 40.0;
/// How far layers are apart: edges have their labels there.
const GAP: f64 = 34.0;
/// How far vertices of a layer are apart.
const SPACING: f64 = 18.0;
const WAYPOINT: f64 = 12.0;
const MARGIN: f64 = 16.0;
/// Vertices and waypoints that can be placed in about a second. A file may come from a stranger.
const MOST_PLACES: usize = 60_000;
/// Bytes of stack: four times what so many places take when they all stand in a row.
const STACK: usize = 128 << 20;

/// A finished layout.
pub(super) struct Layout {
    pub width: f64,
    pub height: f64,
    /// The middle of each vertex.
    pub vertices: Vec<Point>,
    /// From the bottom of one vertex to the top of another, for each edge.
    pub edges: Vec<Vec<Point>>,
}

/// Places vertices of these widths. Edges lead from earlier vertices to later ones. `None` if there are too many, or
/// none at all.
pub(super) fn place(widths: &[f64], edges: &[(usize, usize)]) -> Option<Layout> {
    let mut layers = layers(widths.len(), edges);
    let passed: usize = edges.iter().map(|&(from, to)| layers[to] - layers[from] - 1).sum();
    if widths.is_empty() || widths.len() + passed > MOST_PLACES {
        return None;
    }
    // Each edge as the vertices and waypoints along it.
    let mut ways: Vec<Vec<usize>> = Vec::with_capacity(edges.len());
    for &(from, to) in edges {
        let mut way = vec![from];
        for layer in layers[from] + 1..layers[to] {
            way.push(layers.len());
            layers.push(layer);
        }
        way.push(to);
        ways.push(way);
    }
    // The library goes from vertex to vertex by recursion, so a long network needs a deep stack.
    let across = std::thread::scope(|scope| {
        let place = || places_across(widths, layers.len(), &ways);
        std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, place).ok()?.join().ok()
    })?;
    let at = |place: usize, below: f64| {
        (across[place], MARGIN + HEIGHT / 2.0 + layers[place] as f64 * (HEIGHT + GAP) + below)
    };
    let points = |way: &Vec<usize>| {
        let (last, rest) = way.split_last().expect("an edge has two ends");
        let mut points = vec![at(rest[0], HEIGHT / 2.0)];
        for &waypoint in &rest[1..] {
            // Straight down past the vertices of the layer.
            points.extend([at(waypoint, -HEIGHT / 2.0), at(waypoint, HEIGHT / 2.0)]);
        }
        points.push(at(*last, -HEIGHT / 2.0));
        points
    };
    let right = |place: usize| across[place] + widths.get(place).map_or(WAYPOINT, |width| width / 2.0);
    Some(Layout {
        width: (0..layers.len()).map(right).fold(0.0, f64::max) + MARGIN,
        height: 2.0 * MARGIN + HEIGHT + layers.iter().max().map_or(0.0, |&last| last as f64 * (HEIGHT + GAP)),
        vertices: (0..widths.len()).map(|vertex| at(vertex, 0.0)).collect(),
        edges: ways.iter().map(points).collect(),
    })
}

/// The layer of each vertex, counted from the top.
fn layers(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut followers = vec![Vec::new(); count];
    let mut is_followed = vec![false; count];
    for &(from, to) in edges {
        followers[from].push(to);
        is_followed[to] = true;
    }
    let mut layers = vec![0; count];
    for vertex in 0..count {
        for &follower in &followers[vertex] {
            layers[follower] = layers[follower].max(layers[vertex] + 1);
        }
    }
    // What follows nothing stands close to what follows it: a second input need not be at the top.
    for vertex in (0..count).filter(|&vertex| !is_followed[vertex]) {
        let first = followers[vertex].iter().map(|&follower| layers[follower]).min();
        layers[vertex] = first.map_or(layers[vertex], |first| first - 1);
    }
    layers
}

/// How far from the left the middle of each place is, parts of the graph that do not hang together side by side.
fn places_across(widths: &[f64], count: usize, ways: &[Vec<usize>]) -> Vec<f64> {
    let width = |place: usize| widths.get(place).copied().unwrap_or(WAYPOINT);
    let places: Vec<(u32, (f64, f64))> = (0..count).map(|place| (place as u32, (width(place), HEIGHT))).collect();
    let mut segments: Vec<(u32, u32)> =
        ways.iter().flat_map(|way| way.windows(2)).map(|w| (w[0] as u32, w[1] as u32)).collect();
    segments.sort_unstable();
    segments.dedup();
    let config = Config { vertex_spacing: SPACING, transpose: false, ..Config::default() };
    let mut across = vec![0.0; count];
    let mut left = MARGIN;
    for (part, ..) in rust_sugiyama::from_vertices_and_edges(&places, &segments, &config) {
        let start = part.iter().map(|&(place, (x, _))| x - width(place) / 2.0).fold(f64::INFINITY, f64::min);
        let mut end = left;
        for (place, (x, _)) in part {
            across[place] = x - start + left;
            end = end.max(across[place] + width(place) / 2.0);
        }
        left = end + 2.0 * SPACING;
    }
    across
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A graph that is different for every seed, its edges leading from earlier vertices to later ones.
    fn graph(seed: u64) -> (Vec<f64>, Vec<(usize, usize)>) {
        let mut random = fastrand::Rng::with_seed(seed);
        let count = random.usize(1..40);
        let widths = (0..count).map(|_| 40.0 + 100.0 * random.f64()).collect();
        let edge = |random: &mut fastrand::Rng| (random.usize(..count), random.usize(..count));
        let edges = (0..random.usize(..2 * count)).map(|_| edge(&mut random)).filter(|(from, to)| from < to);
        (widths, edges.collect())
    }

    #[test]
    fn vertices_lie_apart_and_edges_lead_down_from_one_to_the_other() {
        for seed in 0..500 {
            let (widths, edges) = graph(seed);
            let layout = place(&widths, &edges).unwrap();
            for (a, &(x, y)) in layout.vertices.iter().enumerate() {
                assert!(x - widths[a] / 2.0 >= 0.0 && x + widths[a] / 2.0 <= layout.width && y <= layout.height);
                for (b, &(other_x, other_y)) in layout.vertices.iter().enumerate().skip(a + 1) {
                    let apart = (x - other_x).abs() >= (widths[a] + widths[b]) / 2.0;
                    assert!(y != other_y || apart, "{a} and {b} collide, seed {seed}");
                }
            }
            for (&(from, to), way) in edges.iter().zip(&layout.edges) {
                assert_eq!(way[0].0, layout.vertices[from].0);
                assert_eq!(way.last().unwrap().0, layout.vertices[to].0);
                assert!(way.windows(2).all(|step| step[0].1 < step[1].1), "{way:?}");
            }
        }
    }

    #[test]
    fn edges_pass_beside_the_vertices_of_the_layers_between() {
        for seed in 0..500 {
            let (widths, edges) = graph(seed);
            let layout = place(&widths, &edges).unwrap();
            for &(x, y) in layout.edges.iter().flat_map(|way| &way[1..way.len() - 1]) {
                let hits = |(vertex, place): (usize, &Point)| {
                    (place.1 - y).abs() <= HEIGHT / 2.0 && (place.0 - x).abs() < widths[vertex] / 2.0
                };
                assert!(!layout.vertices.iter().enumerate().any(hits), "an edge crosses a vertex, seed {seed}");
            }
        }
    }

    #[test]
    fn a_second_input_stands_where_it_is_needed() {
        // 0 → 1 → 2 → 3, and 4 is what only 5 reads, as 3 does.
        assert_eq!(layers(6, &[(0, 1), (1, 2), (2, 3), (3, 5), (4, 5)]), [0, 1, 2, 3, 3, 4]);
    }

    #[test]
    fn long_networks_are_placed_and_what_is_too_much_is_not() {
        let chain = |count: usize| (1..count).map(|vertex| (vertex - 1, vertex)).collect::<Vec<_>>();
        assert!(place(&vec![50.0; MOST_PLACES], &chain(MOST_PLACES)).is_some());
        let mut skips = chain(1000);
        skips.extend((0..500).map(|vertex| (vertex, 999)));
        assert!(place(&vec![50.0; 1000], &skips).is_none());
        assert!(place(&[], &[]).is_none());
    }
}
