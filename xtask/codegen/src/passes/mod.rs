//! Passes: changes of the generated syntax for which the generator has no setting.
//!
//! | pass over the client | reason |
//! |---|---|
//! | `requests`: a method returns a request, and sends nothing | `cloudflare-client` sends and decodes, within its deadline |
//! | `api_client`: only `ApiClient` makes a client | the generated `Client::new` follows redirects and panics |
//! | `parameters`: a parameter is encoded by `api_runtime` | client and mocks need one encoding, and `..` would change a path |
//! | `content_types`: a body has the media type of the document | the generator supports few, and sends JSON as `application/json` |
//! | `numbers`: a number is encoded with its original digits | an `f64` encodes 1 as `1.0`, and rounds large integers |
//! | `variant_names`: a variant is named after its type | one more branch of a union would rename the others |
//! | `open_enums`: an unlisted value is kept | it must neither fail a response nor be dropped from a request |
//! | `formatted`: in responses, a string keeps text that does not match its format | it must not fail the response |
//! | `property_states`: absent, null and value are three states | each has a meaning in a request |
//! | `extra`: a declared property among the other members is an error | it would be encoded twice |
//! | `field_readers`: a duplicate key of a map is an error, and `1.0` is an integer | serde keeps the last value, and rejects `1.0` |
//! | `displayed`: a union of values with a text has `Display`, and no union has `FromStr` | the generator decides by the order of names |
//! | `open_unions`: a tag selects its branch, and a value of no branch is kept | it must not fail a response, or be decoded as another branch |
//! | `request_constructors`: models of requests have a constructor | a `#[non_exhaustive]` struct cannot be built outside its crate |
//! | `objects_only`: a struct is decoded from an object only | serde also decodes it from an array, by position |
//! | `non_exhaustive`: models may get fields | a new field must not break users |
//! | `envelopes`: envelopes implement `Envelope` | the client decodes the results of all envelopes by one trait |
//!
//! The client also gets constants for the revision and for each operation (see [`client`](super::client)). The
//! generator writes the revision as a method only, and neither method nor path of an operation.
//!
//! | pass over the mocks | reason |
//! |---|---|
//! | `mock_methods`: parameters do not clash with methods that every mock has | such mocks do not compile |
//! | `content_types`: bodies have the media types of the document | the client sends and accepts these |
//! | `mock_values`: values are compared in the client's encoding | the generator has another encoding for mocks |
//! | `literal_paths`: paths match literally | the generator writes regular expressions for them |
//! | `formatted`, `numbers`: responses have the types of the client | a mock and the client use the same models |
//! | `sealed_mocks`: the extension trait is sealed | a new operation must not break its implementations |
//!
//! A pass that changes every client fails if it finds nothing to change, since the generator must have changed. A pass
//! over models may find none.

pub(super) mod api_client;
mod branches;
pub(super) mod content_types;
pub(super) mod displayed;
pub(super) mod envelopes;
pub(super) mod extra;
pub(super) mod field_readers;
pub(super) mod formatted;
pub(super) mod literal_paths;
mod mock_blocks;
pub(super) mod mock_methods;
pub(super) mod mock_values;
pub(super) mod non_exhaustive;
pub(super) mod numbers;
pub(super) mod objects_only;
pub(super) mod open_enums;
pub(super) mod open_unions;
pub(super) mod parameters;
mod path_parameters;
pub(super) mod property_states;
mod query_names;
mod reach;
pub(super) mod request_constructors;
pub(super) mod requests;
pub(super) mod response_arms;
pub(super) mod sealed_mocks;
mod shapes;
pub(super) mod variant_names;
