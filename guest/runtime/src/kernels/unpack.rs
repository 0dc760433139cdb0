//! Elements that are not zero, at their places.

/// Writes them; zeros where they run out.
pub fn run(mask: &[u8], elements: &[f32], y: &mut [f32]) {
    let mut rest = elements;
    for (&bits, places) in mask.iter().zip(y.chunks_mut(8)) {
        places.fill(0.0);
        let mut bits = bits;
        // Only the places that get something are visited.
        while bits != 0 {
            let (Some(place), Some((first, others))) =
                (places.get_mut(bits.trailing_zeros() as usize), rest.split_first())
            else {
                break;
            };
            (*place, rest) = (*first, others);
            bits &= bits - 1;
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

    #[test]
    fn a_bit_beyond_the_end_is_no_harm() {
        let mut y = [9.0; 2];
        run(&[0b1111_1111], &[1.0, 2.0, 3.0], &mut y);
        assert_eq!(y, [1.0, 2.0]);
    }
}
