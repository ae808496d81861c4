//! The arguments of requests.

use clap::Args;

use super::auth::AuthArgs;
use super::connection::ConnectionArgs;
use super::message::MessageArgs;
use super::outputs::OutputArgs;
use super::parallel::ParallelArgs;
use super::rate::RateArgs;
use super::redirects::RedirectArgs;
use super::response::ResponseArgs;
use super::retry::RetryArgs;
use super::time::TimeArgs;
use super::tls::TlsArgs;
use super::tolerances::ToleranceArgs;
use super::upload::UploadArgs;
use super::urls::UrlArgs;
use crate::driver::Driver;

#[derive(Debug, Args)]
pub(crate) struct RequestArgs {
    #[command(flatten)]
    pub(crate) urls: UrlArgs,
    #[command(flatten)]
    pub(crate) message: MessageArgs,
    #[command(flatten)]
    pub(crate) auth: AuthArgs,
    #[command(flatten)]
    pub(crate) response: ResponseArgs,
    #[command(flatten)]
    pub(crate) upload: UploadArgs,
    #[command(flatten)]
    pub(crate) retry: RetryArgs,
    #[command(flatten)]
    pub(crate) parallel: ParallelArgs,
    #[command(flatten)]
    pub(crate) redirects: RedirectArgs,
    #[command(flatten)]
    pub(crate) tolerances: ToleranceArgs,
    #[command(flatten)]
    pub(crate) time: TimeArgs,
    #[command(flatten)]
    pub(crate) rate: RateArgs,
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
    /// The driver: std (blocking calls) or tokio
    #[arg(long, value_name = "NAME", default_value = "std")]
    pub(crate) driver: Driver,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
}

impl RequestArgs {
    /// Checks how the arguments fit together, which clap does not.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.response.check()?;
        self.tls.check()?;
        let kinds = [self.response.head, !self.upload.files.is_empty(), self.message.has_body()];
        if kinds.into_iter().filter(|kind| *kind).count() > 1 {
            return Err(
                "a request has one method: only one of -I, -T, and -d or -F can be given".into()
            );
        }
        self.message.check()
    }

    /// Returns the method: the given one, or the one that the other arguments imply.
    pub(crate) fn method(&self, is_upload: bool) -> &str {
        match &self.message.method {
            Some(method) => method,
            None if self.response.head => "HEAD",
            None if is_upload => "PUT",
            None if self.message.has_body() => "POST",
            None => "GET",
        }
    }
}
