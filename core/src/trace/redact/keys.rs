//! The names of query keys whose values are secret.

#[cfg(feature = "std")]
use super::custom;
use super::key_name::KeyName;
use crate::wire::percent;

/// Query keys whose values are secret, without `-` and `_`: those of OpenTelemetry's conventions and of tools that
/// sanitise HTTP archives, the parameters of OAuth, `OpenID` Connect and SAML, and signatures of storage services.
const SECRET_KEYS: [&str; 36] = [
    "accesskey",
    "assertion",
    "auth",
    "authorization",
    "awsaccesskeyid",
    "clientassertion",
    "code",
    "codeverifier",
    "cookie",
    "csrf",
    "gda",
    "hdnea",
    "hdnts",
    "hmac",
    "idtokenhint",
    "jsessionid",
    "jwt",
    "key",
    "otp",
    "passphrase",
    "passwd",
    "phpsessid",
    "pwd",
    "relaystate",
    "samlart",
    "samlrequest",
    "samlresponse",
    "sas",
    "session",
    "sid",
    "sig",
    "state",
    "ticket",
    "usercode",
    "xsrf",
    "googleaccessid",
];

/// How query keys with secret values end, without `-` and `_`.
const SECRET_KEY_ENDINGS: [&str; 21] = [
    "token",
    "secret",
    "password",
    "signature",
    "credential",
    "credentials",
    "sessionid",
    "apikey",
    "accesskey",
    "accountkey",
    "appkey",
    "authkey",
    "clientkey",
    "functionkey",
    "licensekey",
    "masterkey",
    "privatekey",
    "secretkey",
    "sharedkey",
    "signingkey",
    "subscriptionkey",
];

/// Query keys that end like secrets and are not: positions in a listing.
const OPEN_KEYS: [&str; 4] = ["pagetoken", "nextpagetoken", "nexttoken", "continuationtoken"];

/// Returns whether the value of a query key is secret. Escapes in the key are decoded; so are the names in
/// it, as in `user[password]`.
pub(super) fn is_secret_key(key: &[u8]) -> bool {
    let mut name = KeyName::default();
    for byte in percent::decoded(key) {
        match byte {
            b'[' | b']' | b'.' => {
                if is_secret(&name) {
                    return true;
                }
                name = KeyName::default();
            }
            _ => name.push(byte),
        }
    }
    is_secret(&name)
}

fn is_secret(name: &KeyName) -> bool {
    let name = name.as_bytes();
    #[cfg(feature = "std")]
    if let Some(is_secret) = custom::is_secret(name) {
        return is_secret;
    }
    let is = |known: &&str| name == known.as_bytes();
    SECRET_KEYS.iter().any(is)
        || SECRET_KEY_ENDINGS.iter().any(|end| name.ends_with(end.as_bytes()))
            && !OPEN_KEYS.iter().any(is)
}
