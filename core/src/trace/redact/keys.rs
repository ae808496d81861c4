//! The names of query keys whose values are secret.

#[cfg(feature = "std")]
use super::custom;
use super::key_name::KeyName;
use crate::wire::percent;

/// Query keys whose values are secret, without `-` and `_`: those of OpenTelemetry's conventions and of tools that
/// sanitise HTTP archives, the parameters of OAuth, `OpenID` Connect, SAML and CAS, and signatures of storage services.
const SECRET_KEYS: [&str; 52] = [
    "accesskey",
    "activationcode",
    "assertion",
    "auth",
    "authcode",
    "authorization",
    "authorizationcode",
    "clientassertion",
    "code",
    "cookie",
    "csrf",
    "devicecode",
    "gda",
    "hdnea",
    "hdnts",
    "hmac",
    "idtokenhint",
    "invitecode",
    "key",
    "magic",
    "mfacode",
    "nonce",
    "oobcode",
    "otpcode",
    "pass",
    "passcode",
    "pgtid",
    "pgtiou",
    "pin",
    "pwd",
    "qak",
    "relaystate",
    "resetcode",
    "samlart",
    "samlrequest",
    "samlresponse",
    "sas",
    "secretid",
    "session",
    "shdf",
    "sid",
    "sig",
    "smscode",
    "state",
    "ticket",
    "totp",
    "usercode",
    "usg",
    "verificationcode",
    "vses2",
    "wresult",
    "xsrf",
];

/// How query keys with secret values end, without `-`, `_` and digits.
const SECRET_KEY_ENDINGS: [&str; 38] = [
    "accesskey",
    "accesskeyid",
    "accountkey",
    "apikey",
    "appkey",
    "auth",
    "authkey",
    "captcharesponse",
    "clientkey",
    "consumerkey",
    "credential",
    "credentials",
    "developerkey",
    "devkey",
    "encryptionkey",
    "functionkey",
    "hmac",
    "hmackey",
    "jwt",
    "licensekey",
    "masterkey",
    "otp",
    "passphrase",
    "passwd",
    "privatekey",
    "secret",
    "secretkey",
    "servicekey",
    "sessid",
    "session",
    "sessionid",
    "sharedkey",
    "signature",
    "signingkey",
    "subscriptionkey",
    "token",
    "userkey",
    "verifier",
];

/// What the query keys of passwords contain, as `new_password_confirm` does.
const PASSWORDS: [&[u8]; 2] = [b"password", b"passwd"];

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
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let stem = &name[..name.len() - digits];
    SECRET_KEYS.iter().any(is)
        || PASSWORDS.iter().any(|part| memchr::memmem::find(name, part).is_some())
        || SECRET_KEY_ENDINGS.iter().any(|end| stem.ends_with(end.as_bytes()))
            && !OPEN_KEYS.iter().any(is)
}
