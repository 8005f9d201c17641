/**
 * Python that runs a program of which nobody knows what it does. It reads a secret from standard input, and writes it
 * to standard output only if the program ran to its end: one that leaves early by `exit(0)` has not passed. An audit
 * hook (PEP 578), which cannot be taken away again, refuses what such programs have no need of: processes, sockets,
 * native code, signals, and writing outside the folder.
 *
 * It keeps mistakes from doing harm. It is no wall against somebody who wants to break out.
 */
export const runnerSource = String.raw`
import os, sys

def main():
    secret = sys.stdin.readline()
    home = os.path.realpath(os.getcwd())
    finished = []
    refused = ('os.system', 'os.exec', 'os.posix_spawn', 'os.spawn', 'os.fork', 'os.forkpty', 'os.kill',
               'os.killpg', 'os.putenv', 'os.chflags', 'os.setxattr', 'pty.spawn', 'subprocess.', 'socket.',
               'ctypes.', 'signal.', 'webbrowser.', 'ftplib.', 'smtplib.', 'urllib.', 'http.client.', 'syslog.',
               'resource.')
    changing = ('os.remove', 'os.rename', 'os.rmdir', 'os.mkdir', 'os.link', 'os.symlink', 'os.truncate',
                'os.chmod', 'os.chown', 'os.utime', 'shutil.')
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def inside(name):
        if not isinstance(name, (str, bytes, os.PathLike)):
            return False
        real = os.path.realpath(os.fsdecode(name))
        return real == home or real.startswith(home + os.sep)

    def guard(event, args):
        if finished:
            return
        if event.startswith(refused):
            raise PermissionError(event + ' is refused')
        if event == 'open' and isinstance(args[2], int) and args[2] & writing and not inside(args[0]):
            raise PermissionError('writing outside the folder is refused')
        if event.startswith(changing):
            for name in args:
                if isinstance(name, (str, bytes, os.PathLike)) and not inside(name):
                    raise PermissionError(event + ' is refused')

    with open('program.py', encoding='utf-8') as file:
        program = compile(file.read(), 'program.py', 'exec')
    sys.stdin.close()
    names = {'__name__': '__main__'}
    sys.addaudithook(guard)
    exec(program, names)
    finished.append(True)
    sys.stdout.flush()
    os.write(1, secret.encode())
    os._exit(0)

main()
`;
