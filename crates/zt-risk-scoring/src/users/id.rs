//! The id of a user.

use uuid::Uuid;

use crate::uuid_id::impl_uuid_id;

/// The id of a user: a UUID.
///
/// It becomes part of a path that it shares with words such as `behaviors`, so everything else is rejected. Only the form with
/// hyphens is read. It is written in lower case.
///
/// ```
/// use zt_risk_scoring::{ErrorKind, UserId};
///
/// let user: UserId = "67E55044-10b1-426f-9247-bb680e5fe0c8".parse()?;
/// assert_eq!(user.to_string(), "67e55044-10b1-426f-9247-bb680e5fe0c8");
///
/// let error = "behaviors".parse::<UserId>().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// assert!(error.to_string().starts_with("the user id has 9 characters"));
/// # Ok::<(), zt_risk_scoring::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UserId(Uuid);

impl_uuid_id!(UserId, "user id");

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

    #[test]
    fn every_conversion_keeps_the_id() {
        let id: UserId = ID.parse().unwrap();
        assert_eq!(UserId::try_from(ID).unwrap(), id);
        assert_eq!(UserId::try_from(&ID.to_owned()).unwrap(), id);
        assert_eq!(UserId::from(Uuid::from(id)), id);
        assert_eq!(ID.to_uppercase().parse::<UserId>().unwrap(), id);
        assert_eq!((id.to_string(), id.as_uuid().to_string()), (ID.to_owned(), ID.to_owned()));
        assert_eq!(format!("{id:>38}"), format!("  {ID}"));
    }

    #[test]
    fn serialized_id_is_a_string_which_is_checked_when_it_is_read() {
        let id: UserId = ID.parse().unwrap();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("{ID:?}"));
        assert_eq!(serde_json::from_str::<UserId>(&json).unwrap(), id);
        assert_eq!(serde_json::from_str::<UserId>(&json.replace("67", r"\u00367")).unwrap(), id);
        let error = serde_json::from_str::<UserId>(r#""behaviors""#).unwrap_err().to_string();
        assert!(error.starts_with("the user id has 9 characters"), "{error}");
        assert!(serde_json::from_str::<UserId>("7").is_err());
    }

    #[test]
    fn other_text_is_rejected_by_what_is_wrong_with_it() {
        for (text, problem) in [
            ("", "has 0 characters"),
            ("67e5504410b1426f9247bb680e5fe0c8", "has 32 characters"),
            ("{67e55044-10b1-426f-9247-bb680e5fe0c8}", "has 38 characters"),
            ("urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8", "has 45 characters"),
            ("67e55044-10b1-426f-9247-bb680e5fe0c8\n", "has 37 characters"),
            ("67e55044-10b1-426f-9247-bb680e5fe0cg", "has 'g' as character 36"),
            ("67e55044/10b1-426f-9247-bb680e5fe0c8", "has '/' as character 9"),
            ("67e5504-410b1-426f-9247-bb680e5fe0c8", "has '-' as character 8"),
            ("../../../../../../../../../../../../", "has '.' as character 1"),
            ("６7e55044-10b1-426f-9247-bb680e5fe0c8", "has '６' as character 1"),
        ] {
            let error = text.parse::<UserId>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("the user id {problem}, but it is a UUID: 32 ")), "{error}");
        }
    }
}
