//! The encoders of the parameters of a path.
//!
//! Seen in: Twilio's document: `/Accounts/{Sid}.json`.

use quote::format_ident;
use syn::Ident;

use xtask_document::operation::{names_in, route};

/// A parameter of a path.
#[derive(Clone, Copy)]
pub(super) struct PathParameter<'a> {
    /// Its name in the document.
    pub(super) name: &'a str,
    /// Whether its segment also has literal text other than dots. Then no value produces a segment that URL parsers
    /// remove.
    is_part: bool,
}

impl PathParameter<'_> {
    /// The function of `api_runtime` that encodes a value of it.
    pub(super) fn encoder(self) -> Ident {
        format_ident!("{}", if self.is_part { "path_part" } else { "path_parameter" })
    }

    /// The function for a value that is text.
    pub(super) fn text_encoder(self) -> Ident {
        if self.is_part { self.encoder() } else { format_ident!("path_segment") }
    }
}

/// The parameters of a path, in their order.
pub(super) fn path_parameters(path: &str) -> impl Iterator<Item = PathParameter<'_>> {
    path.split('/').flat_map(|segment| {
        let text = route(segment).replace("{}", "");
        let is_part = !text.to_ascii_lowercase().replace("%2e", ".").trim_matches('.').is_empty();
        names_in(segment).map(move |name| PathParameter { name, is_part })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_beside_text_other_than_dots_is_a_part() {
        let parameters: Vec<_> =
            path_parameters("/x/{a}/{b}-{c}/{d}{e}/.{f}/{g}%2E/v{h}").map(|of| (of.name, of.is_part)).collect();
        let expected = [
            ("a", false),
            ("b", true),
            ("c", true),
            ("d", false),
            ("e", false),
            ("f", false),
            ("g", false),
            ("h", true),
        ];
        assert_eq!(parameters, expected);
    }
}
