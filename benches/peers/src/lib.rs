//! limpid and its peers, measured in one run, interleaved, on the same work.
//!
//! - [`peers`] is what others do, beside [`limpid_benches::works`].
//! - [`case`] says what is compared with what, [`run`] measures it.
//! - [`table`] shows it, and [`goals`] what limpid is to reach.

pub mod case;
pub mod goals;
pub mod numbers;
pub mod options;
pub mod page;
pub mod peers;
pub mod run;
pub mod table;
pub mod tls;
