//! Who is told of responses before the final one.

use std::fmt;

use limpid_core::client::Event;
use limpid_core::http1::ResponseHead;

/// What a caller gave to be called with informational responses (RFC 9110 section 15.2), if it did.
#[derive(Default)]
pub struct Listener<'c>(Option<Call<'c>>);

type Call<'c> = Box<dyn FnMut(&ResponseHead<'_>) + Send + 'c>;

impl<'c> Listener<'c> {
    /// Calls this.
    pub fn new(call: impl FnMut(&ResponseHead<'_>) + Send + 'c) -> Self {
        Self(Some(Box::new(call)))
    }

    /// Takes an event, which may be an informational response.
    pub fn hear(&mut self, event: Option<Event<'_>>) {
        if let (Some(call), Some(Event::Informational(head))) = (&mut self.0, event) {
            call(&head);
        }
    }
}

impl fmt::Debug for Listener<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").field(&self.0.is_some()).finish()
    }
}
