//! Why something could not be measured.

/// Why something could not be measured.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
