//! The names of cipher suites, which are those of OpenSSL.

use std::convert::Infallible;
use std::str::FromStr;

use rustls::CipherSuite as Suite;

/// The cipher suites of TLS 1.2, and the words that OpenSSL selects each by.
const TLS12: [(Suite, &str, &[&str]); 6] = [
    (
        Suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        &["ECDSA", "aECDSA", "AES", "AES256", "AESGCM", "SHA384"],
    ),
    (
        Suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        &["ECDSA", "aECDSA", "AES", "AES128", "AESGCM", "SHA256"],
    ),
    (
        Suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        &["ECDSA", "aECDSA", "CHACHA20"],
    ),
    (
        Suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        "ECDHE-RSA-AES256-GCM-SHA384",
        &["RSA", "aRSA", "AES", "AES256", "AESGCM", "SHA384"],
    ),
    (
        Suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        "ECDHE-RSA-AES128-GCM-SHA256",
        &["RSA", "aRSA", "AES", "AES128", "AESGCM", "SHA256"],
    ),
    (
        Suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        "ECDHE-RSA-CHACHA20-POLY1305",
        &["RSA", "aRSA", "CHACHA20"],
    ),
];

/// The words for all of them.
const EVERY: [&str; 8] =
    ["ALL", "DEFAULT", "HIGH", "ECDHE", "kECDHE", "EECDH", "kEECDH", "TLSv1.2"];

/// The cipher suites of TLS 1.3.
const TLS13: [(Suite, &str); 3] = [
    (Suite::TLS13_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384"),
    (Suite::TLS13_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256"),
    (Suite::TLS13_CHACHA20_POLY1305_SHA256, "TLS_CHACHA20_POLY1305_SHA256"),
];

/// The value of `--ciphers`: suites of TLS 1.2. As OpenSSL does, it leaves out unknown names; all are unknown if it is
/// empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ciphers(Vec<Suite>);

impl FromStr for Ciphers {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let mut chosen: Vec<Suite> = Vec::new();
        let mut killed: Vec<Suite> = Vec::new();
        for word in text.split([':', ',', ' ']) {
            let (sign, name) = match word.as_bytes().first() {
                Some(sign @ (b'!' | b'-' | b'+')) => (Some(*sign), &word[1..]),
                _ => (None, word),
            };
            let found: Vec<Suite> = selected(name).collect();
            match sign {
                None => {
                    let new = found.into_iter().filter(|suite| !killed.contains(suite));
                    let new: Vec<Suite> = new.filter(|suite| !chosen.contains(suite)).collect();
                    chosen.extend(new);
                }
                // It goes to the end.
                Some(b'+') => chosen.sort_by_key(|suite| found.contains(suite)),
                Some(sign) => {
                    chosen.retain(|suite| !found.contains(suite));
                    if sign == b'!' {
                        killed.extend(found);
                    }
                }
            }
        }
        Ok(Self(chosen))
    }
}

/// Returns the suites with this name, or with all words that are joined by `+`.
fn selected(name: &str) -> impl Iterator<Item = Suite> {
    let has_all = move |own: &str, words: &[&str]| {
        name == own || name.split('+').all(|word| EVERY.contains(&word) || words.contains(&word))
    };
    TLS12.iter().filter(move |(_, own, words)| has_all(own, words)).map(|(suite, ..)| *suite)
}

/// The value of `--tls13-ciphers`: suites of TLS 1.3. As in OpenSSL, it is empty if one is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tls13Ciphers(Vec<Suite>);

impl FromStr for Tls13Ciphers {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let named =
            |name: &str| TLS13.iter().find(|(_, own)| *own == name).map(|(suite, _)| *suite);
        Ok(Self(text.split(':').map(named).collect::<Option<_>>().unwrap_or_default()))
    }
}

/// Returns the suites that are offered. Without one of the options, they are all of its version; an option without a known
/// name makes the list empty.
pub(super) fn offered(tls12: Option<&Ciphers>, tls13: Option<&Tls13Ciphers>) -> Vec<Suite> {
    let tls12 =
        tls12.map_or_else(|| TLS12.map(|(suite, ..)| suite).to_vec(), |Ciphers(list)| list.clone());
    let tls13 = tls13.map_or_else(|| TLS13.map(|(suite, _)| suite).to_vec(), |list| list.0.clone());
    match tls12.is_empty() || tls13.is_empty() {
        true => Vec::new(),
        false => [tls13, tls12].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        let Ciphers(chosen) = text.parse().unwrap();
        let name = |suite| TLS12.iter().find(|(own, ..)| *own == suite).map(|(_, name, _)| *name);
        chosen.into_iter().filter_map(name).collect()
    }

    #[test]
    fn suites_are_selected_as_in_openssl() {
        let [first, second] = ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"];
        assert_eq!(names(&[first, "unknown", second].join(":")), [first, second]);
        assert_eq!(names("HIGH:!aNULL").len(), 6);
        assert_eq!(names("ECDHE+AESGCM:!aECDSA:!AES256"), [first]);
        assert_eq!(names("CHACHA20:-RSA"), [second]);
        assert_eq!(names("!CHACHA20:CHACHA20"), [""; 0]);
        assert_eq!(names("CHACHA20:+ECDSA").last(), Some(&second));
        assert_eq!(names("unknown"), [""; 0]);
    }

    #[test]
    fn unknown_names_alone_leave_no_suites() {
        let of = |tls12: Option<&str>, tls13: Option<&str>| {
            let tls12 = tls12.map(|text| text.parse().unwrap());
            offered(tls12.as_ref(), tls13.map(|text| text.parse().unwrap()).as_ref()).len()
        };
        assert_eq!((of(None, None), of(Some("unknown"), None)), (9, 0));
        assert_eq!(of(None, Some("TLS_AES_128_GCM_SHA256")), 7);
        assert_eq!(of(None, Some("TLS_AES_128_GCM_SHA256:TLS_UNKNOWN")), 0);
    }
}
