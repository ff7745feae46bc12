//! Certificates of servers and clients, made for one test.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// A certificate authority that no system trusts.
pub struct CertificateAuthority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
    /// Whether the certificates that it signs have expired.
    signs_expired: bool,
    /// The private key in PEM, if the authority's own certificate is also that of its server.
    own_key: Option<String>,
}

impl Default for CertificateAuthority {
    fn default() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key), signs_expired: false, own_key: None }
    }
}

impl CertificateAuthority {
    /// An authority whose certificates for others have expired.
    pub fn of_expired_certificates() -> Self {
        Self { signs_expired: true, ..Self::default() }
    }

    /// A certificate for `localhost` that a server uses without an authority. `is_ca` is what it says about itself, as
    /// `CA:TRUE` or `CA:FALSE`.
    pub fn self_signed(is_ca: bool) -> Self {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = if is_ca { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::ExplicitNoCa };
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let own_key = Some(key.serialize_pem());
        Self { certificate, issuer: Issuer::new(params, key), signs_expired: false, own_key }
    }

    /// The authority's own certificate.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A client's certificate and its private key.
    pub fn client_certificate_pem(&self) -> String {
        let (certificate, key) = self.sign(&[], ExtendedKeyUsagePurpose::ClientAuth);
        format!("{}{}", certificate.pem(), key.serialize_pem())
    }

    /// The TLS settings of a server with these names and application protocols. If `clients` is set, the server
    /// requires a certificate of that authority from its clients.
    pub fn server_config(&self, hosts: &[&str], protocols: &[&str], clients: Option<&Self>) -> Arc<ServerConfig> {
        let (certificate, key) = self.sign(hosts, ExtendedKeyUsagePurpose::ServerAuth);
        let builder = ServerConfig::builder();
        let builder = match clients {
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.certificate.der().clone()).unwrap();
                builder.with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap())
            }
            None => builder.with_no_client_auth(),
        };
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let mut config = builder.with_single_cert(vec![certificate.der().clone()], key).unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        Arc::new(config)
    }

    fn sign(&self, hosts: &[&str], purpose: ExtendedKeyUsagePurpose) -> (Certificate, KeyPair) {
        if let Some(key) = &self.own_key {
            return (self.certificate.clone(), KeyPair::from_pem(key).unwrap());
        }
        let hosts: Vec<_> = hosts.iter().map(|&host| host.to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.extended_key_usages = vec![purpose];
        if self.signs_expired {
            params.not_after = date_time_ymd(2001, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }
}
