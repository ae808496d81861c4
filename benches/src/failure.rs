//! Failures of measurements.

/// Why a measurement failed.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
