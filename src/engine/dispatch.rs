//! Each verb to the function that carries it out. Not the functions: they are in the rooms they belong to.

use super::execution::{Execution, Outcome, Stop};
use super::report::Report;
use crate::catalog::verb::{AnsweredBy, Verb};
use crate::command::ast::Call;
use crate::event::OutputEvent;
use crate::value::Value;

impl Execution<'_> {
    /// A verb with its arguments: its value.
    pub(super) fn perform(&mut self, call: &Call) -> Outcome {
        if call.verb.entry().answered_by == AnsweredBy::Session {
            return Err(Stop::because(format!(
                "`{}` is answered by the session and cannot stand inside a call",
                call.verb.name()
            )));
        }
        self.perform_on_socket(call)
            .or_else(|| self.perform_transfer(call))
            .or_else(|| self.perform_waiting(call))
            .or_else(|| self.perform_naming(call))
            .unwrap_or_else(|| {
                Err(Stop::because(format!(
                    "no process can carry out `{}`",
                    call.verb.name()
                )))
            })
    }

    /// What makes a socket, connects it or ends it.
    fn perform_on_socket(&mut self, call: &Call) -> Option<Outcome> {
        Some(match call.verb {
            Verb::Socket => self.socket(call),
            Verb::Socketpair => self.socketpair(call),
            Verb::Bind => self.bind(call),
            Verb::Listen => self.listen(call),
            Verb::Accept => self.accept(call),
            Verb::Connect => self.connect(call),
            Verb::ConnectEx => self.connect_ex(call),
            Verb::CreateServer => self.create_server(call),
            Verb::CreateConnection => self.create_connection(call),
            Verb::Serve => self.serve_verb(call),
            Verb::Shutdown => self.shutdown(call),
            Verb::Close => self.close(call),
            Verb::Detach => self.detach(call),
            Verb::Dup => self.dup(call),
            Verb::Getsockname => self.getsockname(call),
            Verb::Getpeername => self.getpeername(call),
            Verb::Fileno => self.fileno(call),
            _ => return None,
        })
    }

    /// What moves bytes.
    fn perform_transfer(&mut self, call: &Call) -> Option<Outcome> {
        Some(match call.verb {
            Verb::Send => self.send(call),
            Verb::Sendall => self.sendall(call),
            Verb::Sendto => self.sendto(call),
            Verb::Sendfile => self.sendfile(call),
            Verb::Recv => self.recv(call),
            Verb::Recvfrom => self.recvfrom(call),
            Verb::RecvInto => self.recv_into(call),
            Verb::RecvfromInto => self.recvfrom_into(call),
            Verb::Sendmsg => self.sendmsg(call),
            Verb::SendFds => self.send_fds(call),
            Verb::Recvmsg => self.recvmsg(call),
            Verb::RecvFds => self.recv_fds(call),
            Verb::Makefile => self.makefile(call),
            Verb::Read => self.read(call),
            Verb::Readline => self.readline(call),
            Verb::Write => self.write(call),
            Verb::Flush => self.flush(call),
            Verb::Print => self.print(call),
            _ => return None,
        })
    }

    /// Options, and the calls that wait until sockets are ready.
    fn perform_waiting(&mut self, call: &Call) -> Option<Outcome> {
        Some(match call.verb {
            Verb::Getsockopt => self.getsockopt(call),
            Verb::Setsockopt => self.setsockopt(call),
            Verb::Options => self.options(call),
            Verb::Setblocking => self.setblocking(call),
            Verb::Getblocking => self.getblocking(call),
            Verb::Settimeout => self.settimeout(call),
            Verb::Gettimeout => self.gettimeout(call),
            Verb::Ioctl => self.ioctl(call),
            Verb::Select => self.select(call),
            Verb::Poller => Ok(self.poller()),
            Verb::Poll => self.poll(call),
            Verb::Epoll => self.epoll(call),
            Verb::Register => self.register(call),
            Verb::Modify => self.modify(call),
            Verb::Unregister => self.unregister(call),
            Verb::EpollCtl => self.epoll_ctl(call),
            Verb::EpollWait => self.epoll_wait(call),
            _ => return None,
        })
    }

    /// Names of hosts, services and interfaces, and the byte order of numbers.
    fn perform_naming(&mut self, call: &Call) -> Option<Outcome> {
        Some(match call.verb {
            Verb::Getaddrinfo => self.getaddrinfo(call),
            Verb::Getnameinfo => self.getnameinfo(call),
            Verb::Gethostbyname => self.gethostbyname(call),
            Verb::GethostbynameEx => self.gethostbyname_ex(call),
            Verb::Gethostbyaddr => self.gethostbyaddr(call),
            Verb::Gethostname => self.gethostname(),
            Verb::Getservbyname => self.getservbyname(call),
            Verb::Getservbyport => self.getservbyport(call),
            Verb::Getprotobyname => self.getprotobyname(call),
            Verb::IfNameindex => self.if_nameindex(),
            Verb::IfNametoindex => self.if_nametoindex(call),
            Verb::IfIndextoname => self.if_indextoname(call),
            Verb::InetPton => self.inet_pton(call),
            Verb::InetNtop => self.inet_ntop(call),
            Verb::InetAton => self.inet_aton(call),
            Verb::InetNtoa => self.inet_ntoa(call),
            Verb::Htons | Verb::Ntohs => self.swap_short(call),
            Verb::Htonl | Verb::Ntohl => self.swap_long(call),
            _ => return None,
        })
    }

    /// `print`: its values as Python's `str` shows them, with blanks between and a line feed behind.
    fn print(&mut self, call: &Call) -> Outcome {
        let values = self.list(call, 0)?;
        let between = self.text_or_none(call, 1)?;
        let end = self.text_or_none(call, 2)?;
        let words: Vec<String> = values.iter().map(|value| self.str(value)).collect();
        let mut text = words.join(between.as_deref().unwrap_or(" "));
        text.push_str(end.as_deref().unwrap_or("\n"));
        // What the log shows of each command begins on a line of its own.
        if !text.ends_with('\n') {
            text.push('\n');
        }
        self.reports.send(Report::Output(OutputEvent {
            process: self.engine.process.clone(),
            text: text.into_bytes(),
            error: false,
        }));
        Ok(Value::None)
    }
}
