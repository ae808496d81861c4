//! The places of secrets in events, and in the lists of the redaction policy.

use limpid_core::error::{Call, Cause, Misuse, MisuseError, PeerError, Phase, Rule};
use limpid_core::http1::{RequestHead, ResponseHead, State, Version};
use limpid_core::trace::{Capture, Credentials, OwnedTraceEvent, StreamId, TraceEvent};

use crate::common::{failure, fields};

/// A place of a secret, and the first mode that shows it.
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) event: OwnedTraceEvent,
    pub(crate) shown_from: Capture,
}

/// A JSON Web Token with the secret as its signature.
const JWT: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIn0.tiger";

/// The first part of a JSON object with other white space than the usual one.
const SPACED_JWT: &str = "eyAiYWxnIjoibm9uZSJ9.eyJzdWIiOiJ0aWdlciJ9.tiger";

/// Fields whose values are secret as a whole.
const CREDENTIAL_FIELDS: [&str; 56] = [
    "Authorization",
    "proxy-authorization",
    "X-Authorization",
    "X-Forwarded-Authorization",
    "Cookie",
    "Cookie2",
    "SET-COOKIE",
    "Set-Cookie2",
    "Authentication",
    "X-Auth",
    "X-Api-Key",
    "Api-Key",
    "ApiKey",
    "X-ApiKey",
    "X_API_KEY",
    "X-Auth-Token",
    "X-Access-Token",
    "X-Amz-Security-Token",
    "X-CSRF-Token",
    "X-XSRF-TOKEN",
    "X-CSRFToken",
    "X-Goog-Iam-Authorization-Token",
    "X-Vault-Token",
    "PRIVATE-TOKEN",
    "JOB-TOKEN",
    "X-Gitlab-Token",
    "X-Shopify-Access-Token",
    "X-Figma-Token",
    "X-Plex-Token",
    "X-Consul-Token",
    "X-aws-ec2-metadata-token",
    "CF-Access-Client-Secret",
    "CF-Access-Jwt-Assertion",
    "X-Goog-IAP-JWT-Assertion",
    "X-Client-Secret",
    "Ocp-Apim-Subscription-Key",
    "X-Functions-Key",
    "DD-API-KEY",
    "DD-Application-Key",
    "X-Master-Key",
    "Mcp-Session-Id",
    "X-Session-Id",
    "Session-Id",
    "X-Transmission-Session-Id",
    "X-Hub-Signature",
    "X-GitHub-OTP",
    "DPoP",
    "X-Amzn-Oidc-Accesstoken",
    "X-Hub-Signature-256",
    "X-Shopify-Hmac-Sha256",
    "AuthToken",
    "X-Access_Token",
    "X-SessionId",
    "DPoP-Nonce",
    "x-amzn-Remapped-Authorization",
    "Stripe-Signature",
];

/// Query keys whose values are secret.
const SECRET_KEYS: [&str; 82] = [
    "AWSAccessKeyId",
    "Signature",
    "sig",
    "X-Goog-Signature",
    "X-Goog-Credential",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "x-amz-signature",
    "access_token",
    "refresh_token",
    "id_token",
    "id_token_hint",
    "token",
    "api_key",
    "api-key",
    "apikey",
    "apiKey",
    "client_secret",
    "client_assertion",
    "password",
    "passwd",
    "secret",
    "code",
    "code_verifier",
    "key",
    "jwt",
    "auth",
    "otp",
    "session",
    "session_id",
    "state",
    "private_token",
    "SAMLResponse",
    "SAMLRequest",
    "sas",
    "hmac",
    "subscription-key",
    "assertion",
    "authenticity_token",
    "csrf_token",
    "PHPSESSID",
    "jsessionid",
    "TOKEN",
    "accessToken",
    "sas_token",
    "auth_token",
    "job_token",
    "user_code",
    "RelayState",
    // Escaped, and within the names of forms.
    "%74oken",
    "to%6ben",
    "api%5Fkey",
    "api%5fkey",
    "%61ccess%5Ftoken",
    "token[]",
    "token%5B%5D",
    "token%5b0%5d",
    "user[password]",
    "user%5Bpassword%5D",
    "a[b][code]",
    "credentials.password",
    "+token",
    "%20token",
    "%43ode",
    "s%74ate",
    "subscription%2Dkey",
    "access%5Ftoken%5B%5D",
    "$token",
    "token[0]",
    "token2",
    "password1",
    "new_password_confirm",
    "oauth_verifier",
    "wresult",
    "OSSAccessKeyId",
    "user_session",
    "g-recaptcha-response",
    "device_code",
    "consumer_key",
    "client_jwt",
    "openid.sig",
];

/// Fields and values with secrets, of which a part may be shown.
const VALUES: [(&str, &str); 60] = [
    ("Location", "https://me:tiger@h/"),
    ("Location", "/?token=tiger"),
    ("Location", "/?a=1&sig=tiger"),
    ("Location", "/?token=a tiger"),
    ("Location", "/?token=a;tiger"),
    ("Location", "/?token=a'tiger"),
    ("Location", "/cb#access_token=tiger&b=2"),
    ("Location", "/a;jsessionid=tiger?b=1"),
    ("Location", "/login?next=%2Fa%3Ftoken%3Dtiger"),
    ("Location", "/login?next=https%3A%2F%2Fme%3Atiger%40h%2F"),
    ("Location", "/login?next=%252Fa%253Ftoken%253Dtiger"),
    ("Location", "http://me:a/tiger@h/"),
    ("Location", "/?a=1;token=tiger"),
    ("Location", "/?a=1&amp;token=tiger"),
    ("Location", "//tiger@h/"),
    ("Referer", "https://h/?access_token=tiger"),
    ("Content-Location", "/me?key=tiger"),
    ("Refresh", "5; url=/?token=tiger"),
    ("Refresh", "0;URL='https://me:tiger@h/'"),
    ("SourceMap", "/app.js.map?token=tiger"),
    ("X-SourceMap", "//me:tiger@h/app.js.map"),
    ("Link", "<https://h/?page=2&private_token=tiger>; rel=\"next\""),
    ("Link", "</a>; rel=prev, <https://me:tiger@h/b>; rel=next"),
    ("Link", "</?code=a tiger>; rel=x"),
    ("Link", "</a;token=tiger>; rel=x"),
    ("Link", "</a>; rel=x; token=\"tiger\""),
    ("WWW-Authenticate", "Negotiate tiger=="),
    ("WWW-Authenticate", "NTLM tiger"),
    ("WWW-Authenticate", "Digest realm=\"a\", nonce=\"tiger\", qop=\"auth\""),
    ("WWW-Authenticate", "Digest realm=\"a\", opaque = \"b\\\"tiger\""),
    ("WWW-Authenticate", "Basic realm=\"a\", Negotiate tiger"),
    ("Proxy-Authenticate", "Negotiate tiger"),
    ("WWW-Authenticate", "Bearer authorization_uri=\"https://h/?code=tiger\""),
    ("WWW-Authenticate", "SCRAM-SHA-256 sid=AAAA, data=tiger"),
    ("WWW-Authenticate", "Negotiate tiger, Basic realm=a"),
    ("Authentication-Info", "nextnonce=\"tiger\""),
    ("Authentication-Info", "rspauth=\"tiger\", qop=auth"),
    ("Authentication-Info", "Negotiate tiger"),
    ("Proxy-Authentication-Info", "nextnonce=tiger"),
    ("x-amzn-Remapped-WWW-Authenticate", "Negotiate tiger"),
    ("X-Authentication-Info", "nextnonce=tiger"),
    ("Location", "/?next=https://h&token=tiger"),
    ("WWW-Authenticate", "Negotiate tiger/=x"),
    ("Location", "/?https://me:tiger@h/"),
    ("Location", "/login/%2Fa%3Ftoken%3Dtiger"),
    ("Operation-Location", "/a;sid=tiger"),
    ("HX-Redirect", "/a;sid=tiger"),
    ("X-Return-Url", "%2Fa%3Ftoken%3Dtiger"),
    ("X-Return-To", "https%3A%2F%2Fme%3Atiger%40h%2F"),
    ("X-Any", "eyJhbGciOiJkaXIifQ..tiger.tiger.tiger"),
    ("X-Any", "a?%2Fb%3Ftoken%3Dtiger"),
    ("X-Next", "https://h/?token=tiger"),
    ("X-Next", "see https://me:tiger@h/ for more"),
    ("Content-Security-Policy", "report-uri https://h/?key=tiger https://i/; default-src 'self'"),
    ("Report-To", "{\"endpoints\":[{\"url\":\"https://h/?key=tiger\"}]}"),
    ("X-Original-URL", "/?code=tiger"),
    ("Alt-Svc", "h3=\"me:tiger@h:443\""),
    ("ETag", "\"/?token=tiger\""),
    ("Origin", "https://me:tiger@h"),
    ("Access-Control-Allow-Origin", "https://me:tiger@h"),
];

fn place(name: impl Into<String>, shown_from: Capture, event: TraceEvent<'_>) -> Place {
    Place { name: name.into(), event: (&event).into(), shown_from }
}

/// Returns all places.
pub(crate) fn places() -> Vec<Place> {
    let mut places = failures();
    for name in CREDENTIAL_FIELDS {
        places.extend(of_field(name, "sid=tiger"));
    }
    for (name, value) in VALUES {
        places.extend(of_field(name, value));
    }
    for token in [JWT, SPACED_JWT] {
        for value in [token.to_owned(), format!("Bearer {token}"), format!("a=b; t=\"{token}\"")] {
            places.extend(of_field("X-Any", &value));
            places.extend(of_field("Server", &value));
        }
        places.extend(of_url(&format!("/a/{token}/b")));
        places.extend(of_url(&format!("/?a={}", token.replace('.', "%2E"))));
        places.extend(of_url(&format!("/?a={token}&b=1")));
        places.extend(of_reason(&format!("Unknown token {token}")));
    }
    places.extend(of_reason("See https://me:tiger@h/"));
    places.extend(of_reason("See /?token=tiger"));
    // What stands around a key does not depend on the key.
    let around = [
        ("/?", ""),
        ("/?", "&b=2"),
        ("/?a=1&", "#top"),
        ("/?a=1;", ""),
        ("/a;", "/b?c=1"),
        ("/#", ""),
    ];
    for (key, (before, after)) in SECRET_KEYS.iter().zip(around.iter().cycle()) {
        places.extend(of_url(&format!("{before}{key}=tiger{after}")));
    }
    for (before, after) in around {
        places.extend(of_url(&format!("{before}token=tiger{after}")));
    }
    for (error, shown_from) in [
        ("cannot read https://me:tiger@h/: refused", Capture::Private),
        ("\"https://h/a?x=1&token=tiger\" is not there", Capture::Private),
        ("the request had Cookie: a=1; sid=tiger", Capture::Private),
        ("no (Authorization:Basic tiger) here", Capture::Private),
        ("there is no tiger", Capture::Default),
    ] {
        let failed = TraceEvent::HandlerFailed { why: "it returned an error", error: Some(error) };
        places.push(place("error of a handler", shown_from, failed));
        let failed = TraceEvent::ForwardFailed { client_exchange: Some(2), status: 502, error };
        places.push(place("error of a gateway", shown_from, failed));
        let closed = TraceEvent::TunnelClosed { received: 1, sent: 2, error: Some(error) };
        places.push(place("error of a tunnel", shown_from, closed));
    }
    places.extend(others());
    places
}

/// Returns the events with a field.
fn of_field(name: &str, value: &str) -> Vec<Place> {
    let block = fields(&[("Server", "x"), (name, value)]);
    let (version, reason) = (Version::HTTP_11, &b"OK"[..]);
    let head = ResponseHead { version, status: 200, reason, fields: block.fields() };
    let (name_bytes, value_bytes) = (name.as_bytes(), value.as_bytes());
    let (method, target) = (&b"GET"[..], &b"/"[..]);
    let request = RequestHead { method, target, version, fields: block.fields() };
    let line = format!("{name}: {value}\x01");
    let cause = Cause::Peer(PeerError { rule: Rule::FieldValueCharacter, offset: 0, byte: None });
    let failure = failure(Phase::ReceiveHead, &cause, line.as_bytes());
    [
        TraceEvent::FieldRead { name: name_bytes, value: value_bytes, offset: 0 },
        TraceEvent::TrailerRead { name: name_bytes, value: value_bytes, offset: 0 },
        TraceEvent::ReceiveResponseHeadersComplete { head },
        TraceEvent::InformationalRead { head },
        TraceEvent::ResponseSent { head },
        TraceEvent::RequestSent { head: request },
        TraceEvent::RequestRead { head: request },
        TraceEvent::ReceiveResponseHeadersFailed { failure },
    ]
    .map(|event| place(format!("{name}: {value}"), Capture::Private, event))
    .into()
}

/// Returns the events with a URL of this target.
fn of_url(target: &str) -> Vec<Place> {
    let url = &format!("https://h{target}");
    let (method, version) = (&b"GET"[..], Version::HTTP_11);
    let line = format!("GET {target} HTTP/1.1");
    let cause = Cause::Peer(PeerError { rule: Rule::TargetCharacter, offset: 0, byte: None });
    let failure = failure(Phase::ReceiveHead, &cause, line.as_bytes());
    let target = target.as_bytes();
    let block = fields(&[("Host", "h")]);
    let head = RequestHead { method, target, version, fields: block.fields() };
    [
        TraceEvent::RequestSent { head },
        TraceEvent::RequestRead { head },
        TraceEvent::HttpRequest { method, url, version, status: 200, reason: b"OK" },
        TraceEvent::ExchangeStarted { method, url },
        TraceEvent::Forwarded { client_exchange: 2, url },
        TraceEvent::RedirectDecided { status: 302, url: Some(url), follow: true, why: "followed" },
        TraceEvent::StartLineRead { line: line.as_bytes(), offset: 0 },
        TraceEvent::AnswerStarted { method, target, version },
        TraceEvent::AnswerComplete { method, target, status: 200, received: 0, sent: 0 },
        TraceEvent::ServeFailed { failure },
    ]
    .map(|event| place(url, Capture::Private, event))
    .into()
}

/// Returns the events with a reason phrase.
fn of_reason(text: &str) -> Vec<Place> {
    let (version, reason) = (Version::HTTP_11, text.as_bytes());
    let block = fields(&[("Server", "x")]);
    let head = ResponseHead { version, status: 401, reason, fields: block.fields() };
    let line = format!("HTTP/1.1 401 {text}");
    [
        TraceEvent::HttpRequest { method: b"GET", url: "http://h/", version, status: 401, reason },
        TraceEvent::ReceiveResponseHeadersComplete { head },
        TraceEvent::InformationalRead { head },
        TraceEvent::StartLineRead { line: line.as_bytes(), offset: 0 },
    ]
    .map(|event| place(text, Capture::Private, event))
    .into()
}

fn others() -> Vec<Place> {
    let auth = Some(Credentials { user: b"me", password: b"tiger" });
    let (stream, host, port) = (StreamId::default(), "h", 1080);
    let bytes = b"Authorization: Bearer tiger\r\n";
    let request = |url| TraceEvent::ExchangeStarted { method: b"GET", url };
    vec![
        place("user and password", Capture::Private, request("https://me:tiger@h/")),
        place("user without a password", Capture::Private, request("https://tiger@h/")),
        place("password with a question mark", Capture::Private, request("https://me:a?tiger@h/")),
        place(
            "SOCKS password",
            Capture::Private,
            TraceEvent::SetupSocks5ConnectionStarted {
                stream,
                host,
                port,
                auth,
                connect_timeout: None,
                read_timeout: None,
                write_timeout: None,
                pool_timeout: None,
            },
        ),
        place(
            "bytes received",
            Capture::Everything,
            TraceEvent::BytesReceived { layer: "http", offset: 0, bytes },
        ),
        place(
            "bytes sent",
            Capture::Everything,
            TraceEvent::BytesSent { layer: "transport", offset: 0, bytes },
        ),
    ]
}

fn failures() -> Vec<Place> {
    let peer = |rule| Cause::Peer(PeerError { rule, offset: 0, byte: Some(0) });
    let misuse = |misuse| {
        let (client, server) = (State::Idle, State::Idle);
        Cause::Misuse(MisuseError { call: Call::SendRequest, misuse, client, server })
    };
    [
        ("cookie in a refused line", peer(Rule::FieldValueCharacter), "Set-Cookie: tiger\0"),
        ("cookie without a colon", peer(Rule::FieldColon), "Set-Cookie tiger"),
        ("field without a colon", peer(Rule::FieldColon), "X-Vault-Token tiger"),
        ("challenge without a colon", peer(Rule::FieldColon), "WWW-Authenticate Negotiate tiger"),
        ("continued line", peer(Rule::ObsoleteFold), " tiger"),
        ("URL in a refused line", peer(Rule::FieldValueCharacter), "Location: /?token=tiger\x01"),
        ("field that must not be sent", misuse(Misuse::FieldValue(0)), "Cookie: tiger\x01"),
        ("value that must not be sent", misuse(Misuse::FieldValue(0)), "tiger\x01"),
        ("name that must not be sent", misuse(Misuse::FieldName(0)), "Cookie: tiger"),
    ]
    .into_iter()
    .map(|(name, cause, excerpt)| {
        let failure = failure(Phase::ReceiveHead, &cause, excerpt.as_bytes());
        place(name, Capture::Private, TraceEvent::ReceiveResponseHeadersFailed { failure })
    })
    .collect()
}
