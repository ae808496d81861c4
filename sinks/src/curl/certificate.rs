//! The lines of a certificate.

use super::state::Exchange;

/// A certificate as its event describes it.
pub(super) struct Certificate<'e> {
    pub(super) accepted: bool,
    pub(super) subject: &'e str,
    pub(super) issuer: &'e str,
    /// The names, separated by commas.
    pub(super) names: &'e str,
    /// `2024-09-28 17:27:41 UTC`
    pub(super) not_before: &'e str,
    pub(super) not_after: &'e str,
}

impl Certificate<'_> {
    /// Returns the lines.
    pub(super) fn lines(&self, exchange: &Exchange) -> Vec<String> {
        let mut lines = vec![
            "Server certificate:".to_owned(),
            format!(" subject: {}", self.subject),
            format!(" start date: {}", date(self.not_before)),
            format!(" expire date: {}", date(self.not_after)),
        ];
        if exchange.verifies && self.accepted {
            lines.extend(self.matching(&exchange.name));
        }
        lines.push(format!(" issuer: {}", self.issuer));
        if !exchange.verifies {
            lines.push(
                " SSL certificate verify result: not verified, continuing anyway.".to_owned(),
            );
        } else if self.accepted {
            lines.push(" SSL certificate verify ok.".to_owned());
        }
        lines
    }

    /// Returns the line about the name of the certificate that is the host's.
    fn matching(&self, host: &str) -> Option<String> {
        let name = self.names.split(", ").find(|name| is_for(name, host))?;
        Some(match host.parse::<std::net::IpAddr>() {
            Ok(_) => format!(" subjectAltName: host \"{host}\" matched cert's IP address!"),
            Err(_) => format!(" subjectAltName: host \"{host}\" matched cert's \"{name}\""),
        })
    }
}

/// Returns whether a name of a certificate, whose first label may be `*`, is that of a host.
fn is_for(name: &str, host: &str) -> bool {
    let below = |host: &str, name: &str| {
        let (_, rest) = host.split_once('.')?;
        rest.eq_ignore_ascii_case(name.strip_prefix("*.")?).then_some(())
    };
    name.eq_ignore_ascii_case(host) || below(host, name).is_some()
}

/// Returns a date in the form of OpenSSL, such as `Sep 28 17:27:41 2024 GMT`.
fn date(text: &str) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts = || {
        let (day, time) = text.strip_suffix(" UTC")?.split_once(' ')?;
        let mut parts = day.rsplitn(3, '-');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(format!("{month} {:>2} {time} {year} GMT", day.trim_start_matches('0')))
    };
    parts().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_the_form_of_openssl() {
        assert_eq!(date("2024-09-08 17:27:41 UTC"), "Sep  8 17:27:41 2024 GMT");
        assert_eq!(date("2024-12-28 00:00:00 UTC"), "Dec 28 00:00:00 2024 GMT");
        assert_eq!(date("99999-01-01"), "99999-01-01");
    }

    #[test]
    fn a_star_stands_for_one_label() {
        assert!(is_for("*.Example.com", "www.example.com"));
        assert!(is_for("localhost", "LOCALHOST"));
        assert!(!is_for("*.example.com", "a.b.example.com"));
        assert!(!is_for("*.example.com", "example.com"));
        assert!(!is_for("example.com", "www.example.com"));
    }
}
