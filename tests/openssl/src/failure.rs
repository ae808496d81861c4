//! Conversion of OpenSSL's errors to limpid's.

use limpid_core::error::{CertificateProblem, TlsError};
use limpid_core::transport::LayerError;
use openssl::error::ErrorStack;
use openssl::ssl::{Error, SslRef};
use openssl::x509::X509VerifyResult;

/// The number of the library `ssl` in an error of OpenSSL.
const SSL: i32 = 20;

/// Reasons of that library, by their numbers in `sslerr.h`.
const CERTIFICATE_VERIFY_FAILED: i32 = 134;
const HTTP_REQUEST: i32 = 156;
const NO_SHARED_CIPHER: i32 = 193;
const UNSUPPORTED_PROTOCOL: i32 = 258;
const WRONG_VERSION_NUMBER: i32 = 267;
const VERSION_TOO_LOW: i32 = 396;
/// The base of the numbers for alerts of the peer.
const ALERT: i32 = 1000;

/// Reasons for rejecting a certificate, by the numbers in `x509_vfy.h`.
const NOT_YET_VALID: i32 = 9;
const HAS_EXPIRED: i32 = 10;
const SELF_SIGNED: i32 = 18;
const SELF_SIGNED_IN_CHAIN: i32 = 19;
const NO_ISSUER_HERE: i32 = 20;
const NO_FIRST_ISSUER: i32 = 21;
const REVOKED: i32 = 23;
const HOSTNAME_MISMATCH: i32 = 62;
const ADDRESS_MISMATCH: i32 = 64;

/// Returns the error of an operation of this connection.
pub(crate) fn of(ssl: &SslRef, error: Error) -> LayerError {
    let Some(stack) = error.ssl_error() else {
        return LayerError::other(0, error);
    };
    let first = stack.errors().iter().find(|error| error.library_code() == SSL);
    match first.map_or(0, |error| error.reason_code()) {
        CERTIFICATE_VERIFY_FAILED => {
            LayerError::tls(TlsError::Certificate(problem(ssl.verify_result())), error)
        }
        HTTP_REQUEST | WRONG_VERSION_NUMBER => LayerError::tls(TlsError::NotTls, error),
        NO_SHARED_CIPHER | UNSUPPORTED_PROTOCOL | VERSION_TOO_LOW => {
            LayerError::tls(TlsError::NothingInCommon, error)
        }
        alert if (ALERT..ALERT + 256).contains(&alert) => {
            let alert = u8::try_from(alert - ALERT).unwrap_or(u8::MAX);
            LayerError::tls(TlsError::Alert(alert), error)
        }
        // limpid has no name for it, so the error has its number and text.
        reason => LayerError::other(u32::try_from(reason).unwrap_or(0), error),
    }
}

/// Returns an error of the library without a connection.
pub(crate) fn of_library(error: ErrorStack) -> LayerError {
    let code = error.errors().first().map_or(0, |error| error.reason_code());
    LayerError::other(u32::try_from(code).unwrap_or(0), error)
}

fn problem(result: X509VerifyResult) -> CertificateProblem {
    match result.as_raw() {
        NO_ISSUER_HERE | NO_FIRST_ISSUER => CertificateProblem::UnknownIssuer,
        SELF_SIGNED | SELF_SIGNED_IN_CHAIN => CertificateProblem::SelfSigned,
        HAS_EXPIRED => CertificateProblem::Expired,
        NOT_YET_VALID => CertificateProblem::NotYetValid,
        HOSTNAME_MISMATCH | ADDRESS_MISMATCH => CertificateProblem::WrongName,
        REVOKED => CertificateProblem::Revoked,
        _ => CertificateProblem::Invalid,
    }
}
