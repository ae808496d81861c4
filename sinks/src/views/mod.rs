//! Views of exchanges: what people and other programs read.
//!
//! A [`View`] writes a [`Model`](crate::exchanges::Model). A [`ViewSink`] collects exchanges from live events, and writes
//! views of them when it is dropped.
//!
//! ```
//! use limpid_sinks::exchanges::Model;
//! use limpid_sinks::views::View;
//!
//! let mut file = Vec::new();
//! View::Har.write(&Model::default(), &mut file)?;
//! assert!(String::from_utf8(file).unwrap().contains(r#""entries": []"#));
//! # Ok::<(), std::io::Error>(())
//! ```

mod body;
pub mod har;
mod html;
mod json;
mod perfetto;
mod row;
mod sink;
mod units;
mod url;
mod view;
mod waterfall;

pub use sink::ViewSink;
pub use view::View;
pub use waterfall::Style;
