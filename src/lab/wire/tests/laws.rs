//! What holds whatever is sent and whatever the rules are.
