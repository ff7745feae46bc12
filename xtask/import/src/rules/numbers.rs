//! Numbers.

use serde_json::{Map, Value};

use super::{Loss, Rule};
use xtask_document::Fields;
use xtask_document::walk::for_each_schema;

pub(super) const LARGE_INTEGERS: Rule = Rule {
    name: "large-integers",
    why: "the crates decode integers as `i64`, and fail outside its range; an integer with a limit or example outside \
          that becomes unsigned, or a number, which is rounded beyond 64 bits",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: the TTL of a cache rule, whose maximum is 2^63 as JavaScript writes it",
    loss: Loss::Narrows,
    apply: |document, log| {
        for_each_schema(document, &mut |place, schema| {
            if schema.text("type") != Some("integer") {
                return;
            }
            let size = numbers(schema).map(Size::of).max();
            let is_unsigned = schema.get("minimum").is_some_and(|least| least.as_i64().is_some_and(|least| least >= 0));
            match size {
                None | Some(Size::Signed) => {}
                Some(Size::Unsigned) if is_unsigned => {
                    if schema.insert("format".to_owned(), "uint64".into()) != Some("uint64".into()) {
                        log.note_loss(Loss::Lossless, place, "made it an unsigned integer of 64 bits");
                    }
                }
                Some(size) => {
                    schema.insert("type".to_owned(), "number".into());
                    schema.remove("format");
                    let loss = if size == Size::Unsigned { Loss::Widens } else { Loss::Narrows };
                    log.note_loss(
                        loss,
                        place,
                        "made it a number, since a limit or example is outside the range of i64",
                    );
                }
            }
        });
    },
};

/// The smallest set of integers that a number belongs to.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Size {
    Signed,
    Unsigned,
    Larger,
}

impl Size {
    fn of(number: &Value) -> Self {
        /// Every smaller integer is exact as an `f64`.
        const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;
        match number.as_f64() {
            _ if number.is_i64() => Self::Signed,
            _ if number.is_u64() => Self::Unsigned,
            Some(float) if float.abs() < FIRST_INEXACT => Self::Signed,
            _ => Self::Larger,
        }
    }
}

/// The limits, examples and values of a schema.
fn numbers(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let one = ["default", "example", "maximum", "minimum"].into_iter().filter_map(|keyword| schema.get(keyword));
    one.chain(schema.list("enum")).filter(|value| value.is_number())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{losses, run};
    use super::*;

    fn document(schema: Value) -> Value {
        json!({"components": {"schemas": {"Thing": schema}}})
    }

    #[test]
    fn integer_that_may_be_out_of_range_becomes_unsigned_or_a_number() {
        let integer = |mut more: Value, format: &str| {
            more["type"] = json!("integer");
            more["format"] = json!(format);
            document(more)
        };
        let number = |mut more: Value| {
            more["type"] = json!("number");
            document(more)
        };
        let unsigned = json!({"minimum": 0, "maximum": u64::MAX});
        assert_eq!(
            losses(&LARGE_INTEGERS, integer(unsigned.clone(), "int64")),
            (integer(unsigned, "uint64"), vec![Loss::Lossless])
        );
        for (more, loss) in [
            (json!({"example": u64::MAX}), Loss::Widens),
            (json!({"enum": [-1, u64::MAX]}), Loss::Widens),
            (json!({"minimum": -9_223_372_036_854_776_000_f64}), Loss::Narrows),
            (json!({"minimum": 0, "maximum": 1e20}), Loss::Narrows),
        ] {
            assert_eq!(losses(&LARGE_INTEGERS, integer(more.clone(), "int64")), (number(more), vec![loss]));
        }
    }

    #[test]
    fn integer_within_range_and_other_types_are_not_changed() {
        for schema in [
            json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX, "default": 1.0, "example": "1"}),
            json!({"type": "integer", "format": "uint64", "minimum": 0, "maximum": u64::MAX}),
            json!({"type": "number", "maximum": 1e300}),
        ] {
            assert_eq!(run(&LARGE_INTEGERS, document(schema.clone())), (document(schema), 0));
        }
    }
}
