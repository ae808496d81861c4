//! libcurl, built from its source. Its allocations are not counted, since it does not use Rust's allocator.

use curl::easy::{Easy2, Handler, List, WriteError};
use limpid_benches::drive::{Blocking, Exchanged, on_threads};
use limpid_benches::measure::once;
use limpid_benches::messages::USER_AGENT;
use limpid_benches::works::blocking::GET;
use limpid_benches::works::body::{BODY, url};
use limpid_benches::{Failure, Job, Outcome, Subject};

use super::names::CURL;

pub(super) const SUBJECTS: &[Subject] =
    &[Subject { work: GET, peer: CURL, run: get }, Subject { work: BODY, peer: CURL, run: body }];

/// Counts the bytes of bodies.
struct Count(u64);

impl Handler for Count {
    fn write(&mut self, data: &[u8]) -> Result<usize, WriteError> {
        self.0 += data.len() as u64;
        Ok(data.len())
    }
}

fn easy(url: &str) -> Result<Easy2<Count>, Failure> {
    let mut easy = Easy2::new(Count(0));
    easy.url(url)?;
    easy.proxy("")?;
    easy.useragent(USER_AGENT)?;
    easy.tcp_nodelay(true)?;
    let mut fields = List::new();
    fields.append("Accept-Encoding: identity")?;
    fields.append("Connection: keep-alive")?;
    easy.http_headers(fields)?;
    Ok(easy)
}

struct Get(Easy2<Count>);

impl Blocking for Get {
    fn exchange(&mut self) -> Exchanged {
        let before = self.0.get_ref().0;
        self.0.perform()?;
        Ok(self.0.get_ref().0 - before)
    }
}

fn get(job: &Job) -> Outcome {
    let url = format!("http://{}/", job.server);
    on_threads(job, || Ok(Get(easy(&url)?)))
}

fn body(job: &Job) -> Outcome {
    let mut easy = easy(&url(job))?;
    easy.buffer_size(64 * 1024)?;
    if let Some(ca) = &job.ca {
        easy.cainfo(ca)?;
    }
    once(|| {
        easy.perform()?;
        Ok(easy.get_ref().0)
    })
}
