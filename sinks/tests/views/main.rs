//! Views of exchanges.

#![cfg(test)]
#![cfg(feature = "views")]

mod golden;
mod har;
mod html;
mod perfetto;
mod sample;
mod sink;
mod waterfall;
