//! Views of exchanges.

#![cfg(test)]
#![cfg(feature = "views")]

mod golden;
mod har;
mod sample;
mod sink;
mod waterfall;
