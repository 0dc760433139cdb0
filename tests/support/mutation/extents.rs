//! Numbers that are too small, too large or just beyond a limit.

use crate::random::Random;

const SMALL: [i64; 14] = [-3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 33];
const LARGE: [i64; 16] = [
    255,
    1000,
    4096,
    1 << 16,
    (1 << 16) + 1,
    1 << 20,
    1 << 24,
    1 << 26,
    1 << 28,
    1 << 30,
    (1 << 31) - 1,
    1 << 31,
    1 << 33,
    1 << 40,
    i64::MAX,
    i64::MIN,
];

/// A number that may stand for an extent, an axis, a count or a factor.
pub fn extent(random: &mut Random) -> i64 {
    if random.chance(3) { random.one_of(&LARGE) } else { random.one_of(&SMALL) }
}

/// A list of them.
pub fn extents(random: &mut Random) -> Vec<i64> {
    (0..random.below(7)).map(|_| extent(random)).collect()
}

/// A float that may stand for the same, or for none of it.
pub fn float(random: &mut Random) -> f32 {
    match random.below(8) {
        0 => f32::NAN,
        1 => f32::INFINITY,
        2 => -1e30,
        3 => 1e-30,
        4 => random.float(-4.0, 4.0),
        _ => extent(random) as f32,
    }
}
