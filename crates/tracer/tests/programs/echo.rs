//! An echo server in a thread and its client, over TCP, UDP and Unix sockets.
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = std::thread::spawn(move || -> std::io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut buffer = [0; 64];
        let length = stream.read(&mut buffer)?;
        stream.write_all(&buffer[..length])
    });
    let mut client = TcpStream::connect(address)?;
    client.set_nodelay(true)?;
    client.write_all(b"over tcp")?;
    let mut text = String::new();
    client.read_to_string(&mut text)?;
    println!("{text}");
    server.join().expect("no panic")?;
    let one = UdpSocket::bind("[::1]:0")?;
    one.send_to(b"over udp", one.local_addr()?)?;
    let mut buffer = [0; 64];
    let (length, _) = one.recv_from(&mut buffer)?;
    println!("{}", String::from_utf8_lossy(&buffer[..length]));
    let (mut left, mut right) = UnixStream::pair()?;
    left.write_all(b"over unix")?;
    drop(left);
    text.clear();
    right.read_to_string(&mut text)?;
    println!("{text}");
    Ok(())
}
