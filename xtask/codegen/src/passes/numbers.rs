//! A number is written as it was read.
//!
//! The generator makes an `f64` of `type: number`, which writes 1 as `1.0` and rounds 9007199254740993. So every `f64`
//! becomes `::api_runtime::Number`: in models, arguments and mocks. `type: integer` stays `i64`, or `u64`; a response with
//! an integer out of range is an error that has the value.
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
        // As in `<f64 as FromStr>::Err`, too.
        visit_mut::visit_type_path_mut(self, of);
        if of.path.is_ident("f64") {
            *of = parse_quote! { ::api_runtime::Number };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_same;
    use super::*;

    #[test]
    fn every_floating_point_number_becomes_a_number_of_json() {
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
