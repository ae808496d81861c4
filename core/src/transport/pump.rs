//! Moves input from the transport up through the layers.

use alloc::boxed::Box;
use core::fmt;

use super::layer::{Layer, LayerError, LayerState};
use crate::error::BoxError;

/// Returns the error of a layer that holds more than it may and delivers nothing: reading on would
/// need more and more memory, and not reading would wait forever.
#[cold]
pub(super) fn stalled() -> LayerError {
    LayerError::other(0, Box::new(Stalled) as BoxError)
}

/// The error of [`stalled`]. A text in its place would bring the formatting of quoted strings into programs that have
/// no other use for it.
#[derive(Debug)]
struct Stalled;

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the layer holds more bytes than it may and delivers none of them")
    }
}

impl core::error::Error for Stalled {}

/// Passes input from layer to layer, and from the last to `deliver` for as long as it needs more.
/// Returns the state of the last layer, and whether the peer has ended its direction of any.
#[inline]
pub(super) fn pump(
    layers: &mut [Box<dyn Layer>],
    mut deliver: impl FnMut(&[u8]) -> bool,
) -> Result<(LayerState, bool), LayerError> {
    let mut rest = layers;
    let mut state = LayerState::Open;
    let mut ended = false;
    while let Some((layer, above)) = rest.split_first_mut() {
        state = match above.first_mut() {
            None => advance_while(&mut **layer, &mut deliver)?,
            Some(next) => advance_while(&mut **layer, &mut |bytes: &[u8]| {
                next.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
                next.filled(bytes.len());
                true
            })?,
        };
        ended |= state == LayerState::PeerClosed;
        rest = above;
    }
    Ok((state, ended))
}

/// Lets a layer deliver for as long as more is needed.
#[inline]
fn advance_while(
    layer: &mut dyn Layer,
    deliver: &mut impl FnMut(&[u8]) -> bool,
) -> Result<LayerState, LayerError> {
    loop {
        let mut wants_more = true;
        let state = layer.advance(&mut |bytes| wants_more = deliver(bytes))?;
        if state != LayerState::Delivered || !wants_more {
            return Ok(state);
        }
    }
}
