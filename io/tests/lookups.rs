//! Tests of the table of lookups in progress.

#![cfg(test)]

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use limpid_core::error::ResolveError;
use limpid_core::time::Mono;
use limpid_io::{Job, Lookup, Lookups};

const NOW: Mono = Mono::from_nanos(0);

fn after(seconds: u64) -> Mono {
    NOW + Duration::from_secs(seconds)
}

/// The result of a lookup, without the resolver's own error.
type Answer = Result<Vec<SocketAddr>, ResolveError>;

fn addresses(text: &str) -> Answer {
    Ok(vec![text.parse::<SocketAddr>().unwrap()])
}

/// Polls a lookup with a waker that does nothing.
fn poll(lookup: &mut Lookup<'_>) -> Poll<Answer> {
    let polled = pin!(lookup).poll(&mut Context::from_waker(Waker::noop()));
    polled.map_err(|error| error.kind())
}

fn complete(lookups: &Lookups, job: &Job, answer: Answer, now: Mono) {
    lookups.complete(job, answer.map_err(Into::into), now);
}

#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn requests_for_the_same_host_and_port_share_a_lookup() {
    let lookups = Lookups::new(8);
    let [mut first, mut second, mut other] =
        [80, 80, 443].map(|port| lookups.look_up("a", port, None));
    assert!(lookups.add_worker());
    let job = lookups.next_job().unwrap();
    assert_eq!((job.host(), job.port(), job.deadline()), ("a", 80, None));
    // A request during the lookup shares it, too.
    let mut late = lookups.look_up("a", 80, None);
    let count = Arc::<Count>::default();
    let waker = Waker::from(Arc::clone(&count));
    assert!(pin!(&mut late).poll(&mut Context::from_waker(&waker)).is_pending());
    complete(&lookups, &job, addresses("192.0.2.1:80"), NOW);
    assert_eq!(count.0.load(Ordering::Relaxed), 1);
    for lookup in [&mut first, &mut second, &mut late] {
        assert_eq!(poll(lookup), Poll::Ready(addresses("192.0.2.1:80")));
    }
    assert!(poll(&mut other).is_pending());
    assert_eq!(lookups.next_job().unwrap().port(), 443);
    // A lookup that is over is not shared: the addresses may have changed.
    let _again = lookups.look_up("a", 80, None);
    assert_eq!(lookups.next_job().unwrap().port(), 80);
}

#[test]
fn table_adds_no_more_workers_than_allowed() {
    let lookups = Lookups::new(2);
    let _waiting = ["a", "b", "c"].map(|host| lookups.look_up(host, 80, None));
    assert_eq!([(); 3].map(|()| lookups.add_worker()), [true, true, false]);
    let first = lookups.next_job().unwrap();
    let second = lookups.next_job().unwrap();
    assert_eq!((first.host(), second.host()), ("a", "b"));
    complete(&lookups, &first, Err(ResolveError::NotFound), NOW);
    assert_eq!(lookups.next_job().unwrap().host(), "c");
    // A worker without a job ends, and leaves room for another.
    assert!(lookups.next_job().is_none());
    let _more = lookups.look_up("d", 80, None);
    assert!(lookups.add_worker());
}

#[test]
fn lookup_without_waiters_that_has_not_begun_never_begins() {
    let lookups = Lookups::new(1);
    let (first, second) = (lookups.look_up("a", 80, None), lookups.look_up("b", 80, None));
    assert!(lookups.add_worker());
    drop(first);
    assert_eq!(lookups.next_job().unwrap().host(), "b");
    drop(second);
    assert!(lookups.next_job().is_none());
}

#[test]
fn lookup_that_has_begun_serves_a_later_request_after_the_first_has_left() {
    let lookups = Lookups::new(1);
    let first = lookups.look_up("a", 80, Some(after(1)));
    assert!(lookups.add_worker());
    let job = lookups.next_job().unwrap();
    assert_eq!(job.deadline(), Some(after(1)));
    drop(first);
    let mut second = lookups.look_up("a", 80, Some(after(9)));
    assert!(!lookups.add_worker(), "it is under way");
    complete(&lookups, &job, addresses("192.0.2.1:80"), after(2));
    assert_eq!(poll(&mut second), Poll::Ready(addresses("192.0.2.1:80")));
    assert!(lookups.next_job().is_none());
}

#[test]
fn lookup_that_timed_out_is_repeated_for_a_request_with_a_later_deadline() {
    let lookups = Lookups::new(1);
    let _first = lookups.look_up("a", 80, Some(after(1)));
    assert!(lookups.add_worker());
    let job = lookups.next_job().unwrap();
    let mut second = lookups.look_up("a", 80, Some(after(9)));
    complete(&lookups, &job, Err(ResolveError::Temporary), after(1));
    assert!(poll(&mut second).is_pending());
    let job = lookups.next_job().unwrap();
    assert_eq!((job.host(), job.deadline()), ("a", Some(after(9))));
    // A failure before the deadline is one for all waiters.
    complete(&lookups, &job, Err(ResolveError::NotFound), after(2));
    assert_eq!(poll(&mut second), Poll::Ready(Err(ResolveError::NotFound)));
}

#[test]
fn result_without_waiters_is_dropped() {
    let lookups = Lookups::new(1);
    let lookup = lookups.look_up("a", 80, None);
    assert!(lookups.add_worker());
    let job = lookups.next_job().unwrap();
    drop(lookup);
    complete(&lookups, &job, addresses("192.0.2.1:80"), NOW);
    let mut again = lookups.look_up("a", 80, None);
    assert!(poll(&mut again).is_pending());
    assert_eq!(lookups.next_job().unwrap().host(), "a");
}
