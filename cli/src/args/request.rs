//! The arguments of requests.

use clap::Args;

use super::auth::AuthArgs;
use super::connection::ConnectionArgs;
use super::message::MessageArgs;
use super::outputs::OutputArgs;
use super::redirects::RedirectArgs;
use super::response::ResponseArgs;
use super::time::TimeArgs;
use super::tls::TlsArgs;
use super::tolerances::ToleranceArgs;
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
    pub(crate) redirects: RedirectArgs,
    #[command(flatten)]
    pub(crate) tolerances: ToleranceArgs,
    #[command(flatten)]
    pub(crate) time: TimeArgs,
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
        let (outputs, urls) = (self.response.output.len(), self.urls.given.0.len());
        if outputs > urls {
            return Err(format!("-o is given {outputs} times, for {urls} URL(s)"));
        }
        self.message.check()
    }
}
