// Each line says in a comment which calls it makes.
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

struct Closing(TcpStream);

impl Drop for Closing {
    fn drop(&mut self) {
        let _ = self.0.write(b"bye"); // line: sendto
    }
}

fn echo(mut peer: TcpStream) {
    let mut text = [0; 10];
    let count = peer.read(&mut text).unwrap(); // line: recvfrom
    let mut boxed: Box<dyn Write> = Box::new(peer);
    boxed.write_all(&text[..count]).unwrap(); // line: sendto
    drop(boxed); // line: close maybe: fcntl
}

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap(); // line: socket, setsockopt, bind, listen
    let address = listener.local_addr().unwrap(); // line: getsockname
    let thread = std::thread::spawn(move || {
        for peer in listener.incoming().take(1) { // line: accept4
            echo(peer.unwrap());
        }
        drop(listener); // line: close maybe: fcntl
    });
    let mut client = TcpStream::connect(address).unwrap(); // line: socket, connect
    client.write_all(b"hello").unwrap(); // line: sendto
    let mut text = Vec::new();
    client.read_to_end(&mut text).unwrap(); // line: recvfrom
    thread.join().unwrap();
    drop(Closing(client)); // line: close maybe: fcntl
}
