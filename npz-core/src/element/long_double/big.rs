//! Whole numbers without an upper end, as far as the digits of a long double need them.

/// Words in base 2^64, the least first; the last is not 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Big(Vec<u64>);

/// The largest power of five in a word.
const FIVES_A_WORD: u32 = 27;

impl Big {
    pub(super) fn new(value: u128) -> Self {
        Self(vec![value as u64, (value >> 64) as u64]).trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }

    /// By squares: the words of the power are read a few times, not once for each five.
    pub(super) fn power_of_five(exponent: u32) -> Self {
        if exponent <= FIVES_A_WORD {
            return Self::new(u128::from(5_u64.pow(exponent)));
        }
        let half = Self::power_of_five(exponent / 2);
        let square = half.times(&half);
        if exponent.is_multiple_of(2) { square } else { square.times(&Self::new(5)) }
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        let mut words = vec![0; self.0.len() + other.0.len()];
        for (start, &factor) in other.0.iter().enumerate() {
            let mut carry = 0;
            let slots = &mut words[start..];
            for (slot, &word) in slots.iter_mut().zip(&self.0) {
                let product = u128::from(word) * u128::from(factor) + u128::from(*slot) + carry;
                *slot = product as u64;
                carry = product >> 64;
            }
            // The words above are still 0.
            slots[self.0.len()] = carry as u64;
        }
        Self(words).trimmed()
    }

    pub(super) fn times_power_of_two(&self, exponent: u32) -> Self {
        let mut words = vec![0; exponent as usize / 64];
        let shift = exponent % 64;
        let mut carry = 0;
        for &word in &self.0 {
            let wide = u128::from(word) << shift | carry;
            words.push(wide as u64);
            carry = wide >> 64;
        }
        words.push(carry as u64);
        Self(words).trimmed()
    }

    /// Divides by `2^exponent`: the quotient, which must be less than 2^128, and whether nothing is left over.
    pub(super) fn over_power_of_two(&self, exponent: u32) -> (u128, bool) {
        let (skipped, shift) = (exponent as usize / 64, exponent % 64);
        let word = |index: usize| self.0.get(index).copied().map_or(0, u128::from);
        let low = word(skipped) | word(skipped + 1) << 64;
        let quotient = if shift == 0 { low } else { low >> shift | word(skipped + 2) << (128 - shift) };
        let is_exact =
            self.0.iter().take(skipped).all(|&word| word == 0) && word(skipped) & ((1 << shift) - 1) == 0;
        (quotient, is_exact)
    }

    /// The quotient, which must be less than 2^128, and whether nothing is left over. By Knuth's algorithm D, a word of the
    /// quotient at a time.
    pub(super) fn over(&self, divisor: &Self) -> (u128, bool) {
        let Some(top) = divisor.0.last() else { return (0, false) };
        // With a leading 1 in the divisor each word is guessed almost right.
        let shift = top.leading_zeros();
        let divisor = divisor.times_power_of_two(shift);
        let mut rest = self.times_power_of_two(shift).0;
        let len = divisor.0.len();
        rest.push(0);
        let mut quotient = 0;
        for start in (0..rest.len().saturating_sub(len)).rev() {
            let word = divisor.divide_word(&mut rest[start..=start + len]);
            quotient = quotient << 64 | u128::from(word);
        }
        (quotient, rest.iter().all(|&word| word == 0))
    }

    /// Takes this number from `rest`, which has one word more, as often as it goes, and tells how often.
    fn divide_word(&self, rest: &mut [u64]) -> u64 {
        let len = self.0.len();
        let (top, second) = (u128::from(self.0[len - 1]), len.checked_sub(2).map_or(0, |i| self.0[i]));
        let high = u128::from(rest[len]) << 64 | u128::from(rest[len - 1]);
        let third = len.checked_sub(2).map_or(0, |i| rest[i]);
        let (mut guess, mut left) = (high / top, high % top);
        while guess >> 64 != 0 || guess * u128::from(second) > (left << 64 | u128::from(third)) {
            guess -= 1;
            left += top;
            if left >> 64 != 0 {
                break;
            }
        }
        if self.take(guess as u64, rest) {
            // One too many, which is rare.
            guess -= 1;
            self.give(rest);
        }
        guess as u64
    }

    /// Takes so many times this number from `rest`; tells whether that was more than there is.
    fn take(&self, count: u64, rest: &mut [u64]) -> bool {
        let mut owed = 0;
        for (slot, word) in rest.iter_mut().zip(self.0.iter().copied().chain([0])) {
            let product = u128::from(word) * u128::from(count) + owed;
            let (left, is_short) = slot.overflowing_sub(product as u64);
            *slot = left;
            owed = (product >> 64) + u128::from(is_short);
        }
        owed != 0
    }

    /// Adds this number to `rest`; what is carried out of it was owed.
    fn give(&self, rest: &mut [u64]) {
        let mut carry = false;
        for (slot, word) in rest.iter_mut().zip(self.0.iter().copied().chain([0])) {
            let (sum, first) = slot.overflowing_add(word);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            *slot = sum;
            carry = first | second;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_less(left: &Big, right: &Big) -> bool {
        (left.0.len(), left.0.iter().rev().collect::<Vec<_>>())
            < (right.0.len(), right.0.iter().rev().collect::<Vec<_>>())
    }

    #[test]
    fn powers_are_those_of_repeated_products() {
        let mut product = Big::new(1);
        for exponent in 0..200 {
            assert_eq!(Big::power_of_five(exponent), product);
            product = product.times(&Big::new(5));
        }
        assert_eq!(Big::new(3).times_power_of_two(130), Big(vec![0, 0, 12]));
        assert_eq!(Big(vec![1, 2, 3]).times_power_of_two(64), Big(vec![0, 1, 2, 3]));
    }

    #[test]
    fn a_quotient_is_the_largest_number_of_times_that_the_divisor_fits() {
        let (top, last) = (1 << 63, u64::MAX);
        let cases = [
            // Where the guess is one too large even after it was compared with two words.
            (vec![0, 0, top, top - 1], vec![1, 0, top]),
            (vec![3, 0, top], vec![1, 0, top >> 2]),
            (vec![0, last - 1, top], vec![last, top]),
            (vec![last, last, last], vec![last, 1]),
            (vec![7], vec![3]),
            (vec![5, 6], vec![9]),
            (vec![1], vec![0, 1]),
            (vec![0, 0, 1], vec![0, 0, 1]),
        ];
        let five = Big::power_of_five(300);
        let powers = (0..1000).map(|i: u32| {
            (five.times(&Big::new((u128::from(i) << 70) + 12345)).times_power_of_two(i % 7).0, five.0.clone())
        });
        for (dividend, divisor) in cases.into_iter().chain(powers) {
            let (dividend, divisor) = (Big(dividend), Big(divisor));
            let (quotient, is_exact) = dividend.over(&divisor);
            let product = divisor.times(&Big::new(quotient));
            assert!(!is_less(&dividend, &product), "{dividend:?} / {divisor:?}");
            assert!(
                is_less(&dividend, &divisor.times(&Big::new(quotient + 1))),
                "{dividend:?} / {divisor:?}"
            );
            assert_eq!(is_exact, product == dividend);
        }
    }

    #[test]
    fn halves_are_cut_off_and_noticed() {
        let number = Big(vec![0, 0b1100, 5, 9]);
        assert_eq!(number.over_power_of_two(66), (9 << 126 | 5 << 62 | 3, true));
        assert_eq!(number.over_power_of_two(67), (9 << 125 | 5 << 61 | 1, false));
        assert_eq!(number.over_power_of_two(192), (9, false));
        assert_eq!(number.over_power_of_two(1000), (0, false));
        assert_eq!(Big(vec![0, 1]).over_power_of_two(64), (1, true));
    }
}
