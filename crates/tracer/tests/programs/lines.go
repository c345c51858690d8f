// Each line says in a comment which calls it makes.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
)

type server struct{ listener net.Listener }

func (s *server) echo() {
	peer, _ := s.listener.Accept() // line: accept4 maybe: any
	text := make([]byte, 10)
	count, _ := peer.Read(text)  // line: read
	peer.Write(text[:count])     // line: write
	peer.Close()                 // line: close maybe: epoll_ctl
}

func inlined(peer net.Conn) {
	fmt.Fprintf(peer, "hello") // line: write
}

func main() {
	listener, _ := net.Listen("tcp", "127.0.0.1:0") // line: socket, bind, listen maybe: any
	own := &server{listener}
	done := make(chan bool)
	go func() {
		defer close(done)
		own.echo()
	}()
	peer, _ := net.Dial("tcp", listener.Addr().String()) // line: socket, connect maybe: any
	inlined(peer)
	text := make([]byte, 5)
	io.ReadFull(peer, text) // line: read
	peer.Close()            // line: close maybe: epoll_ctl
	<-done
	listener.Close() // line: close maybe: epoll_ctl
	listener, _ = net.Listen("tcp", "127.0.0.1:0") // maybe: any
	go http.Serve(listener, http.NotFoundHandler()) // maybe: any
	answer, _ := http.Get("http://" + listener.Addr().String()) // maybe: any
	answer.Body.Close()
	fmt.Println(answer.StatusCode)
}
