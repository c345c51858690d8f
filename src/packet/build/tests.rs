//! Tests of building packets.
