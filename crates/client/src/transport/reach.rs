//! Where a request may go: the rules against requests that a vendor's reply forges.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::{Sent, TransportError, TransportErrorKind};

/// Where a request may go; stands in the extensions of the request.
///
/// A URL that came back from a vendor is not the user's: were it fetched without a look, a vendor
/// (or whoever speaks in its name) could have an application read its own intranet. Literal
/// addresses are checked in the form that is connected to, whatever form they were written in, and
/// of a name all resolved addresses must pass; the checked ones are those that are connected to.
///
/// Proxies of the environment (`HTTPS_PROXY`, `NO_PROXY`, ...) serve [`Reach::Provider`] only, and
/// never loopback: a proxy resolves names by itself, so that nothing could be checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reach {
    /// The base URL that the user configured: any address.
    #[default]
    Provider,
    /// A URL that a vendor returned: `https`, public addresses.
    Public,
    /// A URL that a vendor on loopback returned: `http` or `https` to loopback, or as
    /// [`Reach::Public`].
    Loopback,
}

impl Reach {
    /// The reach of URLs that a vendor returns.
    ///
    /// ```
    /// # use genmux_client::Reach;
    /// let sandbox = "http://127.0.0.1:8484/v1".parse().unwrap();
    /// assert_eq!(Reach::of_returned(&sandbox), Reach::Loopback);
    /// let vendor = "https://api.replicate.com/v1".parse().unwrap();
    /// assert_eq!(Reach::of_returned(&vendor), Reach::Public);
    /// ```
    pub fn of_returned(base: &Url) -> Reach {
        if is_loopback(base) { Reach::Loopback } else { Reach::Public }
    }

    /// The reach of the place that a reply from `here` redirects to.
    pub(crate) fn of_redirect(self, here: &Url) -> Reach {
        if self == Reach::Public { Reach::Public } else { Reach::of_returned(here) }
    }

    /// The lane on which a URL is sent.
    ///
    /// # Errors
    /// When it may not be sent.
    pub(crate) fn check(self, url: &Url) -> Result<Lane, TransportError> {
        self.lane(url).map_err(|refused| {
            TransportError::new(TransportErrorKind::Guarded, Sent::No)
                .at_host(url.host_str().unwrap_or_default())
                .because(refused)
        })
    }

    /// The lane on which a URL is sent, if it may be sent at all.
    ///
    /// Names are not resolved here; the lane's resolver does that.
    fn lane(self, url: &Url) -> Result<Lane, Refused> {
        let lane = match (self, url.scheme()) {
            (Reach::Provider, "http") if is_loopback(url) => Lane::Loopback,
            (Reach::Provider, "https") if is_loopback(url) => Lane::Either,
            (Reach::Provider, "http" | "https") => Lane::Open,
            (Reach::Public, "https") => Lane::Public,
            (Reach::Loopback, "http") => Lane::Loopback,
            (Reach::Loopback, "https") => Lane::Either,
            (Reach::Public, "http") => return Err(Refused::Plain),
            _ => return Err(Refused::Scheme),
        };
        if self != Reach::Provider && !(url.username().is_empty() && url.password().is_none()) {
            return Err(Refused::Credentials);
        }
        match url.host() {
            Some(Host::Ipv4(ip)) => lane.admit(ip.into())?,
            Some(Host::Ipv6(ip)) => lane.admit(ip.into())?,
            Some(Host::Domain(name)) if !name.is_empty() => {}
            _ => return Err(Refused::Scheme),
        }
        Ok(lane)
    }
}

/// A rule about addresses, and the connections that were made under it.
///
/// Each lane has a pool of its own: a connection that was made under a weaker rule is never used
/// for a request under a stronger one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    Open,
    Public,
    Loopback,
    /// Public or loopback.
    Either,
}

impl Lane {
    pub(crate) const COUNT: usize = 4;

    pub(crate) fn admit(self, ip: IpAddr) -> Result<(), Refused> {
        let admitted = match self {
            Lane::Open => true,
            Lane::Public => is_public(ip),
            Lane::Loopback => ip.to_canonical().is_loopback(),
            Lane::Either => is_public(ip) || ip.to_canonical().is_loopback(),
        };
        if admitted { Ok(()) } else { Err(Refused::Address(ip)) }
    }
}

/// Why a request may not go somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Address(IpAddr),
    Plain,
    Scheme,
    Credentials,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Address(ip) => write!(f, "{ip} is no public address"),
            Refused::Plain => f.write_str("a URL that a vendor returned must be https"),
            Refused::Scheme => f.write_str("only http and https URLs with a host can be fetched"),
            Refused::Credentials => {
                f.write_str("a URL that a vendor returned may not hold a user name or password")
            }
        }
    }
}

impl std::error::Error for Refused {}

/// Whether a URL names this machine by a literal or as `localhost`.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name.trim_end_matches('.') == "localhost",
        None => false,
    }
}

/// Address and length of the prefix: IANA's registry of special-purpose IPv4 addresses, multicast,
/// what is reserved, and one public address behind which a cloud keeps its own services.
const NOT_PUBLIC_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([168, 63, 129, 16], 32), // Azure's wire server
    ([169, 254, 0, 0], 16),   // link-local; the metadata services of most clouds
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// What is not public inside `2000::/3`, outside of which nothing is: IETF protocols and Teredo,
/// documentation twice, 6to4 (which leads to whatever IPv4 address stands in it).
const NOT_PUBLIC_V6: &[([u16; 3], u32)] =
    &[([0x2001, 0, 0], 23), ([0x2001, 0xdb8, 0], 32), ([0x2002, 0, 0], 16), ([0x3fff, 0, 0], 20)];

/// `64:ff9b::/96`, by which networks of IPv6 alone reach IPv4.
const NAT64: [u8; 12] = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.octets() {
            [network @ .., a, b, c, d] if network == NAT64 => {
                is_public_v4(Ipv4Addr::new(a, b, c, d))
            }
            _ => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let within =
        |(net, len): &([u8; 4], u32)| (u32::from(ip) ^ u32::from_be_bytes(*net)) >> (32 - len) == 0;
    !NOT_PUBLIC_V4.iter().any(within)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let within = |([a, b, c], len): &([u16; 3], u32)| {
        let net = Ipv6Addr::new(*a, *b, *c, 0, 0, 0, 0, 0);
        (u128::from(ip) ^ u128::from(net)) >> (128 - len) == 0
    };
    ip.segments()[0] & 0xe000 == 0x2000 && !NOT_PUBLIC_V6.iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(reach: Reach, url: &str) -> Result<Lane, Refused> {
        reach.lane(&Url::parse(url).unwrap())
    }

    #[track_caller]
    fn check(hosts: &[&str], public: bool, loopback: bool) {
        for host in hosts {
            let url = format!("https://{host}/a");
            assert_eq!(lane(Reach::Public, &url).is_ok(), public, "{host}");
            assert_eq!(lane(Reach::Loopback, &url).is_ok(), public || loopback, "{host}");
            assert!(lane(Reach::Provider, &url).is_ok(), "{host}");
            let url = format!("http://{host}/a");
            assert_eq!(lane(Reach::Public, &url).unwrap_err(), Refused::Plain, "{host}");
            assert_eq!(lane(Reach::Loopback, &url).is_ok(), loopback, "{host}");
            assert!(lane(Reach::Provider, &url).is_ok(), "{host}");
        }
    }

    #[test]
    fn public_addresses() {
        let v4 = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255"];
        check(&v4, true, false);
        let edges = ["172.32.0.0", "192.0.1.0", "192.167.255.255", "198.17.255.255", "198.20.0.0"];
        check(&edges, true, false);
        check(&["9.255.255.255", "11.0.0.0", "223.255.255.255", "168.63.129.17"], true, false);
        check(&["[2606:4700::1111]", "[2001:4860:4860::8888]", "[2001:200::1]"], true, false);
        check(&["[::ffff:8.8.8.8]", "[64:ff9b::8.8.8.8]", "[3ffe::1]"], true, false);
    }

    #[test]
    fn addresses_of_this_machine() {
        check(&["127.0.0.1", "127.255.255.255", "[::1]", "[::ffff:127.0.0.1]"], false, true);
    }

    #[test]
    fn every_form_of_one_address() {
        let forms = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "127.0.0.1."];
        check(&forms, false, true);
        check(&["%31%32%37.0.0.1", "127。0。0。1", "①②⑦.0.0.1"], false, true);
        check(&["0xa9fea9fe", "2852039166", "169.254.43518"], false, false);
    }

    #[test]
    fn addresses_of_networks() {
        check(&["0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255"], false, false);
        check(&["100.64.0.0", "100.127.255.255", "100.100.100.200"], false, false);
        check(&["169.254.0.1", "169.254.169.254", "169.254.255.255"], false, false);
        check(&["172.16.0.0", "172.31.255.255", "192.168.0.1"], false, false);
        check(&["192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1"], false, false);
        check(&["198.19.255.255", "198.51.100.7", "203.0.113.7"], false, false);
        check(&["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"], false, false);
        check(&["168.63.129.16"], false, false);
    }

    #[test]
    fn addresses_of_networks_in_version_6() {
        check(&["[::]", "[::127.0.0.1]", "[::ffff:10.0.0.1]", "[100::1]"], false, false);
        check(&["[fe80::1]", "[febf::1]", "[fec0::1]", "[fc00::1]"], false, false);
        check(&["[fd00:ec2::254]", "[ff02::1]", "[4000::1]", "[5f00::1]"], false, false);
        check(&["[2001::1]", "[2001:1ff::1]", "[2001:db8::1]", "[2002:808:808::1]"], false, false);
        check(&["[3fff::1]", "[3fff:fff::1]", "[64:ff9b:1::808:808]"], false, false);
        check(&["[64:ff9b::10.0.0.1]", "[64:ff9b::169.254.169.254]"], false, false);
        check(&["[64:ff9b::127.0.0.1]", "[::ffff:169.254.169.254]"], false, false);
    }

    #[test]
    fn a_name_that_resolves_to_nothing_public_is_left_to_the_resolver() {
        check(&["vendor.test", "localhost.vendor.test"], true, true);
        assert_eq!(lane(Reach::Provider, "http://localhost:1"), Ok(Lane::Loopback));
        assert_eq!(lane(Reach::Provider, "https://localhost.:1"), Ok(Lane::Either));
        assert_eq!(lane(Reach::Provider, "http://10.0.0.1:1"), Ok(Lane::Open));
    }

    #[test]
    fn other_schemes_and_credentials() {
        for url in ["ftp://a.test/", "file:///etc/passwd", "data:,a", "ws://a.test/"] {
            for reach in [Reach::Provider, Reach::Public, Reach::Loopback] {
                assert_eq!(lane(reach, url), Err(Refused::Scheme), "{url}");
            }
        }
        for url in ["https://u@a.test/", "https://:p@a.test/"] {
            assert_eq!(lane(Reach::Public, url), Err(Refused::Credentials));
            assert_eq!(lane(Reach::Provider, url), Ok(Lane::Open));
        }
    }

    #[test]
    fn a_redirect_never_reaches_farther() {
        let (here, there) = ("http://127.0.0.1/", "https://a.test/");
        let of = |reach: Reach, url: &str| reach.of_redirect(&Url::parse(url).unwrap());
        assert_eq!(of(Reach::Provider, here), Reach::Loopback);
        assert_eq!(of(Reach::Provider, there), Reach::Public);
        assert_eq!(of(Reach::Loopback, here), Reach::Loopback);
        assert_eq!(of(Reach::Loopback, there), Reach::Public);
        assert_eq!(of(Reach::Public, here), Reach::Public);
    }
}
