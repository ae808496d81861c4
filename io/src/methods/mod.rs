//! The methods that the clients, requests and responses of all drivers have.
//!
//! The types are those of a driver, so that it can add methods and implement traits of other crates. What does not
//! differ between blocking and asynchronous drivers is a macro here, which each driver expands beside its type. The
//! methods are short; what they do is in [`PendingRequest`](crate::PendingRequest) and [`InFlight`](crate::InFlight).

mod client;
#[cfg(feature = "http")]
mod http_types;
mod request;
mod response;
