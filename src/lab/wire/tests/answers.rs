//! What the wire answers to packets that are too long, byte by byte.
