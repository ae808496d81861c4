//! Signals, which a whole process receives.

#![cfg(test)]
#![cfg(unix)]

mod shutdown;
mod sigpipe;
