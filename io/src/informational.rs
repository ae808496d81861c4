//! Callbacks for the heads that precede the one of the response.

use std::fmt;

use limpid_core::client::Event;
use limpid_core::http1::ResponseHead;

/// A caller's callbacks for informational responses (RFC 9110 section 15.2) and for redirects, if there are any.
///
/// A request in flight takes one; the [crate](crate) has an example of such a request.
#[derive(Default)]
pub struct Listener<'c>(Option<Box<Calls<'c>>>);

/// The callbacks. They are boxed together, since few requests have any, and every request moves its listener.
#[derive(Default)]
struct Calls<'c> {
    informational: Option<Call<'c>>,
    redirect: Option<Call<'c>>,
}

type Call<'c> = Box<dyn FnMut(&ResponseHead<'_>) + Send + 'c>;

impl<'c> Listener<'c> {
    /// Sets the callback for informational responses.
    pub fn on_informational(&mut self, call: impl FnMut(&ResponseHead<'_>) + Send + 'c) {
        self.0.get_or_insert_default().informational = Some(Box::new(call));
    }

    /// Sets the callback for redirects that are followed, or that fail the exchange.
    pub fn on_redirect(&mut self, call: impl FnMut(&ResponseHead<'_>) + Send + 'c) {
        self.0.get_or_insert_default().redirect = Some(Box::new(call));
    }

    /// Calls the callback for the event, if there is one.
    #[cold]
    pub fn notify(&mut self, event: Option<Event<'_>>) {
        let Some(calls) = &mut self.0 else { return };
        let (call, head) = match event {
            Some(Event::Informational(head)) => (&mut calls.informational, head),
            Some(Event::Redirect(head)) => (&mut calls.redirect, head),
            _ => return,
        };
        if let Some(call) = call {
            call(&head);
        }
    }
}

impl fmt::Debug for Listener<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").field(&self.0.is_some()).finish()
    }
}
