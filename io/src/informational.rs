//! Callbacks for informational responses.

use std::fmt;

use limpid_core::client::Event;
use limpid_core::http1::ResponseHead;

/// A caller's callback for informational responses (RFC 9110 section 15.2), if there is one.
///
/// A request in flight takes one; the [crate](crate) has an example of such a request.
#[derive(Default)]
pub struct Listener<'c>(Option<Call<'c>>);

type Call<'c> = Box<dyn FnMut(&ResponseHead<'_>) + Send + 'c>;

impl<'c> Listener<'c> {
    /// Creates a listener with this callback.
    pub fn new(call: impl FnMut(&ResponseHead<'_>) + Send + 'c) -> Self {
        Self(Some(Box::new(call)))
    }

    /// Calls the callback if the event is an informational response.
    pub fn notify(&mut self, event: Option<Event<'_>>) {
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
