//! The fields and protocols a filter can name: all rows of the schema, sorted. Not where the values are found.

use socklab_packets::schema::{self, FieldEntry};
use std::sync::LazyLock;

/// All of them, sorted by name.
pub(super) static FIELDS: LazyLock<Vec<&'static FieldEntry>> = LazyLock::new(|| {
    let mut fields: Vec<&FieldEntry> = schema::all().collect();
    fields.sort_unstable_by_key(|entry| entry.name);
    fields
});

/// The entry of this name.
pub(super) fn find(name: &str) -> Option<&'static FieldEntry> {
    FIELDS
        .binary_search_by(|entry| entry.name.cmp(name))
        .ok()
        .map(|index| FIELDS[index])
}

/// The name most like this one, if any is like it.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    // Nothing that long is a slip of the fingers; comparing it with every name would only cost time.
    if name.len() > 60 {
        return None;
    }
    FIELDS
        .iter()
        .map(|entry| (strsim::jaro_winkler(entry.name, name), entry.name))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}
