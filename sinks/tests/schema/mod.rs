//! The part of JSON Schema that the schema of events uses.

use serde_json::Value;

/// Checks a value against a schema.
///
/// # Errors
/// Returns the place that does not match the schema.
pub(crate) fn check(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    let fail = |what: &str| Err(format!("{value} has not the right {what}"));
    for (keyword, wanted) in schema.as_object().ok_or("a schema is an object")? {
        match keyword.as_str() {
            "const" if value != wanted => return fail("value"),
            "enum" if !wanted.as_array().unwrap().contains(value) => return fail("value"),
            "type" if !has_type(value, wanted) => return fail("type"),
            "minimum" if value.as_f64().is_some_and(|n| n < wanted.as_f64().unwrap()) => {
                return fail("size");
            }
            "maximum" if value.as_f64().is_some_and(|n| n > wanted.as_f64().unwrap()) => {
                return fail("size");
            }
            "required" => {
                let has = |key: &Value| value.get(key.as_str().unwrap()).is_some();
                if value.is_object() && !wanted.as_array().unwrap().iter().all(has) {
                    return fail("keys");
                }
            }
            "additionalProperties" => {
                let known = schema["properties"].as_object().unwrap();
                let keys = value.as_object().into_iter().flat_map(|object| object.keys());
                if let Some(key) = keys.into_iter().find(|key| !known.contains_key(*key)) {
                    return fail(&format!("keys: {key}"));
                }
            }
            "properties" => {
                for (key, schema) in wanted.as_object().unwrap() {
                    value.get(key).map_or(Ok(()), |value| check(value, schema, root))?;
                }
            }
            "items" => {
                value.as_array().into_iter().flatten().try_for_each(|v| check(v, wanted, root))?;
            }
            "$ref" => {
                let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                check(value, root.pointer(pointer).ok_or("no such definition")?, root)?;
            }
            "oneOf" => {
                let all = wanted.as_array().unwrap();
                let fitting = all.iter().filter(|one| check(value, one, root).is_ok()).count();
                if fitting != 1 {
                    return fail(&format!("event: {fitting} fit"));
                }
            }
            "const" | "enum" | "type" | "minimum" | "maximum" | "minItems" | "maxItems"
            | "pattern" | "format" | "description" | "title" | "$schema" | "$id" | "$defs" => {}
            unknown => return Err(format!("{unknown} is not known here")),
        }
    }
    Ok(())
}

fn has_type(value: &Value, wanted: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        _ => false,
    };
    wanted.as_array().map_or_else(|| is(wanted), |any| any.iter().any(is))
}
