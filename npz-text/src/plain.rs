//! The numbers that most cells are: digits, at the start of a line. What is anything else goes to `number`.

/// A float that begins with a digit or a point, after a sign; and its length.
#[inline]
pub(crate) fn float(text: &[u8]) -> Option<(f64, usize)> {
    let sign = usize::from(text.first() == Some(&b'-'));
    match text.get(sign)? {
        b'0'..=b'9' | b'.' => {}
        _ => return None,
    }
    fast_float2::parse_partial::<f64, _>(text).ok()
}

/// An integer of up to 18 digits; and its length.
#[inline]
pub(crate) fn integer(text: &[u8]) -> Option<(i64, usize)> {
    let sign = usize::from(text.first() == Some(&b'-'));
    let mut value: i64 = 0;
    let mut at = sign;
    while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        if at - sign == 18 {
            return None;
        }
        value = value * 10 + i64::from(digit);
        at += 1;
    }
    if at == sign {
        return None;
    }
    Some((if sign == 1 { -value } else { value }, at))
}
