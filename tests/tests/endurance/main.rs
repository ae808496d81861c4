//! What both drivers withstand: crowds.

#![cfg(test)]

mod crowds;
