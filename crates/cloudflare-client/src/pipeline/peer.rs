//! The peer of a connection: the server, or a proxy in front of it. Messages name the one that failed.

use std::fmt;

use crate::base_url::BaseUrl;

/// How the HTTP client reaches the server of the base URL.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    /// Without a proxy.
    Direct,
    /// Through a proxy with this host.
    Proxy(String),
    /// The HTTP client is the user's own, which does not say whether it has a proxy.
    Unknown,
}

/// What a connection leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Peer {
    Server,
    Proxy,
    ServerOrProxy,
}

impl Peer {
    /// The peer of a connection that failed. Errors of a tunnel come from the proxy. For plain http there is no tunnel: with a
    /// proxy, every connection leads there.
    pub(super) fn of(base_url: &BaseUrl, route: &Route, is_tunnel: bool) -> Self {
        match route {
            _ if is_tunnel => Self::Proxy,
            Route::Proxy(_) if !base_url.is_https() => Self::Proxy,
            Route::Unknown if !base_url.is_https() => Self::ServerOrProxy,
            _ => Self::Server,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "the server",
            Self::Proxy => "the proxy",
            Self::ServerOrProxy => "the server or its proxy",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peer_is_the_proxy_for_tunnels_and_for_plain_http() {
        let https = BaseUrl::new("https://a.example", false).unwrap();
        let http = BaseUrl::new("http://a.example", true).unwrap();
        let proxy = Route::Proxy("proxy.example".to_owned());
        for (base_url, route, is_tunnel, peer) in [
            (&https, &Route::Direct, false, Peer::Server),
            (&https, &proxy, false, Peer::Server),
            (&https, &proxy, true, Peer::Proxy),
            (&https, &Route::Unknown, false, Peer::Server),
            (&https, &Route::Unknown, true, Peer::Proxy),
            (&http, &Route::Direct, false, Peer::Server),
            (&http, &proxy, false, Peer::Proxy),
            (&http, &Route::Unknown, false, Peer::ServerOrProxy),
        ] {
            assert_eq!(Peer::of(base_url, route, is_tunnel), peer, "{} {route:?} {is_tunnel}", base_url.as_str());
        }
    }
}
