//! HTTP/1.1, WebSocket, Engine.IO and Socket.IO out of a stream, a message at a time, however its bytes are cut into segments; and
//! their messages written. Pure: no socket, no clock. What cannot be read is a fault that says why, and limits bound what is kept.

pub mod conversation;
pub mod engineio;
pub mod http;
pub mod socketio;
pub mod websocket;

#[cfg(test)]
mod tests;
