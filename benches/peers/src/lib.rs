//! limpid and its peers, measured in one run, interleaved, on the same work.
//!
//! - [`peers`] has the work of the peers, beside [`limpid_benches::works`].
//! - [`case`] defines the comparisons, [`run`] measures them.
//! - [`table`] shows the results, and [`goals`] compares them with the goals.

pub mod case;
pub mod goals;
pub mod numbers;
pub mod options;
pub mod page;
pub mod peers;
pub mod run;
pub mod table;
pub mod tls;
