//! A number is encoded with the digits with which it was decoded.
//!
//! The generator uses `f64` for `type: number`, which encodes 1 as `1.0` and rounds 9007199254740993. Every `f64`
//! therefore becomes `::api_runtime::Number`: in models, arguments and mocks. `type: integer` stays `i64` or `u64`; an
//! integer out of range fails the response with an error that contains the value.
//!
//! Seen in: `count` of `result_info` in Cloudflare's document, `total_count` in GitHub's.

use syn::visit_mut::{self, VisitMut};
use syn::{File, TypePath, parse_quote};

pub(crate) fn apply(file: &mut File) {
    Numbers.visit_file_mut(file);
}

struct Numbers;

impl VisitMut for Numbers {
    fn visit_type_path_mut(&mut self, of: &mut TypePath) {
        // The inner visit changes `<f64 as FromStr>::Err`.
        visit_mut::visit_type_path_mut(self, of);
        if of.path.is_ident("f64") {
            *of = parse_quote! { ::api_runtime::Number };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::assert_same;

    #[test]
    fn every_f64_becomes_a_json_number() {
        let mut file: File = parse_quote! {
            impl Client { fn get(&self, least: Option<f64>, count: i64) -> Result<::api_runtime::ApiRequest<f64>, E> {} }
            mod types {
                struct Ratio(pub f64);
                struct Thing { ratios: ::std::vec::Vec<f64>, f64: String }
                impl ::std::str::FromStr for Ratio { type Err = <f64 as ::std::str::FromStr>::Err; }
                impl ::std::convert::From<Ratio> for f64 {}
            }
        };
        apply(&mut file);
        let expected = parse_quote! {
            impl Client {
                fn get(
                    &self,
                    least: Option<::api_runtime::Number>,
                    count: i64,
                ) -> Result<::api_runtime::ApiRequest<::api_runtime::Number>, E> {}
            }
            mod types {
                struct Ratio(pub ::api_runtime::Number);
                struct Thing { ratios: ::std::vec::Vec<::api_runtime::Number>, f64: String }
                impl ::std::str::FromStr for Ratio { type Err = <::api_runtime::Number as ::std::str::FromStr>::Err; }
                impl ::std::convert::From<Ratio> for ::api_runtime::Number {}
            }
        };
        assert_same(&file, &expected);
    }
}
