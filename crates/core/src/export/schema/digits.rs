//! Ranges of whole numbers as regular expressions.

/// Matches the decimal digits of the numbers from `min` to `max`, leading zeros allowed.
pub(super) fn between(min: u64, max: u64) -> String {
    let mut parts = Vec::new();
    let mut low = min;
    while low <= max {
        let digits = low.to_string().len();
        let top = 10u64.checked_pow(u32::try_from(digits).unwrap_or(u32::MAX));
        let high = top.map_or(max, |top| max.min(top - 1));
        parts.extend(same_length(&low.to_string(), &high.to_string()));
        let Some(next) = high.checked_add(1) else { break };
        low = next;
    }
    format!("0*(?:{})", parts.join("|"))
}

/// The numbers between two of the same length.
fn same_length(low: &str, high: &str) -> Vec<String> {
    if low.bytes().all(|digit| digit == b'0') && high.bytes().all(|digit| digit == b'9') {
        return vec![any(low.len())];
    }
    let (Some(first), Some(last)) = (low.chars().next(), high.chars().next()) else {
        return vec![String::new()];
    };
    let (low, high) = (&low[1..], &high[1..]);
    let begins =
        |digit: char, rest: Vec<String>| rest.into_iter().map(move |rest| format!("{digit}{rest}"));
    if first == last {
        return begins(first, same_length(low, high)).collect();
    }
    let (zeros, nines) = ("0".repeat(low.len()), "9".repeat(low.len()));
    let mut parts: Vec<String> = begins(first, same_length(low, &nines)).collect();
    let (from, to) = (u32::from(first) + 1, u32::from(last) - 1);
    if let (Some(from), Some(to)) = (char::from_u32(from), char::from_u32(to))
        && from <= to
    {
        parts.push(format!("[{from}-{to}]{}", any(low.len())));
    }
    parts.extend(begins(last, same_length(&zeros, high)));
    parts
}

fn any(digits: usize) -> String {
    match digits {
        0 => String::new(),
        1 => "[0-9]".to_owned(),
        _ => format!("[0-9]{{{digits}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_become_digits() {
        let check = |min, max, expected: &str| assert_eq!(between(min, max), expected);
        check(5, 5, "0*(?:5)");
        check(1, 9, "0*(?:1|[2-8]|9)");
        check(0, 9, "0*(?:[0-9])");
        check(98, 101, "0*(?:98|99|100|101)");
        check(100, 999, "0*(?:1[0-9]{2}|[2-8][0-9]{2}|9[0-9]{2})");
    }
}
