//! Elements that are not zero, at their places.

/// Writes them; zeros where they run out.
pub fn run(mask: &[u8], elements: &[f32], y: &mut [f32]) {
    let mut rest = elements;
    for (&bits, places) in mask.iter().zip(y.chunks_mut(8)) {
        for (bit, place) in places.iter_mut().enumerate() {
            *place = 0.0;
            if let (1, Some((first, others))) = (bits >> bit & 1, rest.split_first()) {
                (*place, rest) = (*first, others);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn elements_come_to_the_places_whose_bits_are_set() {
        let mut y = [9.0; 11];
        run(&[0b1000_0010, 0b101], &[1.0, 2.0, 3.0], &mut y);
        assert_eq!(y, [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 3.0, 0.0, 0.0]);
    }
}
