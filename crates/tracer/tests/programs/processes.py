"""multiprocessing: a pool's worker and a spawned program with an inherited socket."""
import multiprocessing, os, socket, subprocess, sys


def work(address):
    with socket.create_connection(address) as client:
        client.sendall(b"from a worker")
    return os.getpid() != os.getppid()


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = multiprocessing.get_context("fork").Process(target=work, args=(listener.getsockname(),))
        process.start()
        connection, _ = listener.accept()
        print(connection.recv(100), connection.recv(100))
        process.join()
    one, other = socket.socketpair()
    code = f"import os; os.write({other.fileno()}, b'inherited')"
    subprocess.run([sys.executable, "-S", "-c", code], pass_fds=[other.fileno()], check=True)
    print(one.recv(100))
    # A shell with a socket as its standard output.
    subprocess.run(["/bin/sh", "-c", "echo to a socket"], stdout=other, check=True)
    print(one.recv(100))
