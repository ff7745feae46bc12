//! Certificates and keys in PEM.

use reqwest::{Certificate, Identity};

use crate::Error;

/// Reads the certificates of certificate authorities.
pub(super) fn root_certificates(pem: &[u8]) -> Result<Vec<Certificate>, Error> {
    let invalid = |reason: &dyn std::fmt::Display| {
        Error::configuration(format!("a certificate of `root_certificate_pem` is invalid: {reason}"))
    };
    let certificates = Certificate::from_pem_bundle(pem).map_err(|error| invalid(&cause(&error)))?;
    if certificates.is_empty() {
        return Err(invalid(&"it contains no certificate in PEM (-----BEGIN CERTIFICATE-----)"));
    }
    // reqwest reads the certificates when it builds a client. A client with nothing else shows what is wrong with them.
    with_backend(reqwest::Client::builder())
        .tls_certs_only(certificates.clone())
        .build()
        .map_err(|error| invalid(&cause(&error)))?;
    Ok(certificates)
}

/// Reads a client's certificates and private key.
pub(super) fn identity(pem: &[u8]) -> Result<Identity, Error> {
    let invalid = |reason: &dyn std::fmt::Display| {
        Error::configuration(format!("the certificate or the key of `client_certificate_pem` is invalid: {reason}"))
    };
    let identity = parse_identity(pem).map_err(|reason| invalid(&reason))?;
    // As above: this also checks that the key belongs to the certificate.
    with_backend(reqwest::Client::builder())
        .tls_certs_only([])
        .identity(identity.clone())
        .build()
        .map_err(|error| invalid(&cause(&error)))?;
    Ok(identity)
}

/// Selects the TLS backend of this crate's features. Another crate of the program may have enabled both of reqwest's.
#[cfg(feature = "rustls")]
pub(super) fn with_backend(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder.tls_backend_rustls()
}

/// Selects the TLS backend of this crate's features. Another crate of the program may have enabled both of reqwest's.
#[cfg(not(feature = "rustls"))]
pub(super) fn with_backend(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder.tls_backend_native()
}

#[cfg(feature = "rustls")]
fn parse_identity(pem: &[u8]) -> Result<Identity, String> {
    if contains(pem, b"-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Err(ENCRYPTED.to_owned());
    }
    Identity::from_pem(pem).map_err(|error| cause(&error))
}

/// native-tls takes certificates and key apart.
#[cfg(not(feature = "rustls"))]
fn parse_identity(pem: &[u8]) -> Result<Identity, String> {
    const BEGIN: &[u8] = b"-----BEGIN PRIVATE KEY-----";
    const END: &[u8] = b"-----END PRIVATE KEY-----";
    if contains(pem, b"-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Err(ENCRYPTED.to_owned());
    }
    let position = |text: &[u8], part: &[u8]| text.windows(part.len()).position(|window| window == part);
    let start = position(pem, BEGIN).ok_or(
        "it contains no private key in PKCS #8 (-----BEGIN PRIVATE KEY-----); convert it with `openssl pkcs8 -topk8 -nocrypt`",
    )?;
    let (before, rest) = pem.split_at(start);
    let end = position(rest, END).ok_or("the end of the private key is missing")?.saturating_add(END.len());
    let (key, after) = rest.split_at(end);
    Identity::from_pkcs8_pem(&[before, after].concat(), key).map_err(|error| cause(&error))
}

const ENCRYPTED: &str = "the private key is encrypted; decrypt it with `openssl pkcs8`";

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The innermost cause of an error, which says the most. reqwest's own text is the same for all of them. None of the
/// messages of the TLS libraries contains a part of a key.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    crate::redact::one_line(&cause.to_string())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    /// A certificate and its private key, both in PEM.
    fn certificate() -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["a.example".to_owned()]).unwrap().self_signed(&key).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    #[test]
    fn root_certificates_are_read_one_by_one_or_in_a_bundle() {
        let ((one, key), (other, _)) = (certificate(), certificate());
        assert_eq!(root_certificates(one.as_bytes()).unwrap().len(), 1);
        assert_eq!(root_certificates(format!("comment\n{one}\n{other}").as_bytes()).unwrap().len(), 2);
        assert!(root_certificates(key.as_bytes()).is_err());
    }

    #[cfg(feature = "rustls")]
    #[test]
    fn error_has_the_innermost_cause() {
        let ((certificate, _), (_, other_key)) = (certificate(), certificate());
        let error = identity(format!("{certificate}{other_key}").as_bytes()).unwrap_err().to_string();
        assert!(
            error.ends_with("`client_certificate_pem` is invalid: keys may not be consistent: KeyMismatch"),
            "{error}"
        );
    }

    #[test]
    fn identity_is_a_certificate_with_its_own_key_in_any_order() {
        let ((certificate, key), (_, other_key)) = (certificate(), certificate());
        identity(format!("{certificate}{key}").as_bytes()).unwrap();
        identity(format!("{key}{certificate}").as_bytes()).unwrap();
        for pem in
            [certificate.clone(), key.clone(), format!("{certificate}{other_key}"), key.replace("-----END", "--")]
        {
            let error = identity(pem.as_bytes()).unwrap_err().to_string();
            let line = other_key.lines().nth(1).unwrap();
            assert!(!error.contains(line) && !error.contains(key.lines().nth(1).unwrap()), "{error}");
        }
    }
}
