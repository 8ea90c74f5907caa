//! Names of files from texts that a vendor chose.

/// Most characters of a stem.
const MOST: usize = 100;
/// Most bytes of a stem; names of files have at most 255 on most systems, extension included.
const MOST_BYTES: usize = 200;
/// Characters at the end that survive when the middle is cut: indices stand there.
const TAIL: usize = 24;

/// What Windows takes for a device, whatever its extension.
const RESERVED: &[&str] = &["con", "prn", "aux", "nul", "com", "lpt"];

/// A text as the stem of a file's name, safe on every system.
///
/// Letters, digits, `-`, `_` and `.` stay; everything else becomes `_`. It does not begin or end
/// with a dot, does not begin with `-`, has 1 to 100 characters (of a longer one the middle is
/// cut) and is no device of Windows.
///
/// ```
/// # use genmux_client::safe_stem;
/// assert_eq!(safe_stem("job_1-a"), "job_1-a");
/// assert_eq!(safe_stem("../../etc/passwd"), "_.._etc_passwd");
/// assert_eq!(safe_stem("NUL.tar"), "_NUL.tar");
/// ```
pub fn safe_stem(text: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let stem: String = text.trim_matches('.').chars().map(safe).collect();
    match stem.as_str() {
        "" => "output".to_owned(),
        stem if stem.starts_with('-') || is_reserved(stem) => shortened(&format!("_{stem}")),
        stem => shortened(stem),
    }
}

fn shortened(stem: &str) -> String {
    let chars: Vec<char> = stem.chars().collect();
    if chars.len() <= MOST && stem.len() <= MOST_BYTES {
        return stem.to_owned();
    }
    let (head, tail) = chars.split_at(chars.len().saturating_sub(TAIL));
    let tail: String = tail.iter().collect();
    let most = MOST_BYTES - "_".len() - tail.len();
    let mut short: String = head.iter().take(MOST - TAIL - 1).collect();
    while short.len() > most {
        short.pop();
    }
    short + "_" + &tail
}

fn is_reserved(stem: &str) -> bool {
    let name = stem.split('.').next().unwrap_or_default().to_lowercase();
    let device = |word: &&str| {
        let rest = name.strip_prefix(*word)?;
        let numbered = matches!(*word, "com" | "lpt");
        // Windows counts superscripts too.
        let one = rest.chars().count() == 1 && rest.chars().all(|c| "0123456789¹²³".contains(c));
        (if numbered { one } else { rest.is_empty() }).then_some(())
    };
    RESERVED.iter().find_map(device).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(safe_stem(text), expected);
        assert_eq!(safe_stem(expected), expected, "stays as it is");
    }

    #[test]
    fn good_names_stay() {
        for name in ["a", "job_1-a.b", "z3xkv5g6", "Ünïcödé", "日本語", "_x", "comet", "com12"]
        {
            check(name, name);
        }
    }

    #[test]
    fn nothing_leaves_the_folder() {
        check("", "output");
        check("..", "output");
        check("...", "output");
        check("../x", "_x");
        check("/etc/passwd", "_etc_passwd");
        check("a\\..\\b", "a_.._b");
        check("C:\\x", "C__x");
        check(".hidden", "hidden");
        check("end. ", "end._");
        check("end..", "end");
        check("a\0b\nc\u{7f}", "a_b_c_");
        check("a\u{202e}gnp", "a_gnp");
        check("a b*?\"<>|", "a_b______");
        check("-rf", "_-rf");
    }

    #[test]
    fn devices_of_windows_are_names_no_more() {
        for name in ["con", "PRN", "Aux.x", "nul", "COM1", "lpt9.tar", "com¹", "COM0"] {
            check(name, &format!("_{name}"));
        }
    }

    #[test]
    fn long_names_lose_their_middle() {
        let stem = safe_stem(&format!("{}-7", "a".repeat(300)));
        assert!(stem.chars().count() <= MOST && stem.ends_with("aa-7"), "{stem}");
        let other = safe_stem(&format!("{}-8", "a".repeat(300)));
        assert_ne!(stem, other);
        for c in ["é", "日", "𝒳", "-", "."] {
            let stem = safe_stem(&c.repeat(300));
            assert!(stem.len() <= MOST_BYTES && stem.chars().count() <= MOST, "{stem}");
            assert_eq!(safe_stem(&stem), stem);
        }
    }
}
