#define _GNU_SOURCE
#include "CPloyzSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int ployz_pidfd_open(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int ployz_pidfd_signal(int descriptor, int signal) {
    return syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0) == 0 ? 0 : errno;
}

int ployz_pidfd_getfd(int descriptor, int number) {
    return (int)syscall(SYS_pidfd_getfd, descriptor, number, 0);
}

// From here to the exec only async-signal-safe calls are allowed: the caller has many threads, and a lock that one of
// them held at the fork stays locked in the child for ever.

// The 22nd field of /proc/self/stat (proc(5)): clock ticks since boot. The second one, the name in parentheses, may
// hold spaces and parentheses, so the count starts behind the last `)`.
static int read_start_time(char *text, size_t size) {
    char stat[1024];
    int descriptor = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return errno;
    ssize_t length = read(descriptor, stat, sizeof stat - 1);
    int error = errno;
    close(descriptor);
    if (length <= 0) return length == 0 ? EIO : error;
    stat[length] = 0;
    const char *field = strrchr(stat, ')');
    for (int number = 2; field != NULL && number < 22; number++) {
        field = strchr(field, ' ');
        if (field != NULL) field++;
    }
    if (field == NULL) return EIO;
    size_t digits = strcspn(field, " \n");
    if (digits == 0 || digits >= size) return EIO;
    memcpy(text, field, digits);
    text[digits] = 0;
    return 0;
}

static size_t append_number(char *text, unsigned long number) {
    char digits[24];
    size_t count = 0;
    do digits[count++] = (char)('0' + number % 10); while ((number /= 10) != 0);
    for (size_t index = 0; index < count; index++) text[index] = digits[count - 1 - index];
    return count;
}

static int write_identity(const char *draft, const char *path) {
    char line[64], start[24];
    int error = read_start_time(start, sizeof start);
    if (error != 0) return error;
    size_t length = append_number(line, (unsigned long)getpid());
    line[length++] = ' ';
    size_t digits = strlen(start);
    memcpy(line + length, start, digits);
    length += digits;
    line[length++] = '\n';

    int descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) return errno;
    error = write(descriptor, line, length) == (ssize_t)length && fsync(descriptor) == 0 ? 0 : (errno ? errno : EIO);
    close(descriptor);
    if (error == 0 && rename(draft, path) != 0) error = errno;
    return error;
}

static int become(const struct ployz_detached_process *process) {
    for (int signal = 1; signal < _NSIG; signal++) {
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(signal, &standard, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0) return errno;
    if (dup2(nothing, 0) < 0 || dup2(process->log, 1) < 0 || dup2(process->log, 2) < 0) return errno;
    // Marked, not closed: the pipe that reports a failed exec must live until the exec.
    if (syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC, Linux 5.11 */) != 0) return errno;
    if (chdir(process->directory) != 0) return errno;
    int error = write_identity(process->identity_draft, process->identity);
    if (error != 0) return error;
    execve(process->program, process->arguments, process->environment);
    return errno;
}

int ployz_start_detached(const struct ployz_detached_process *process) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return errno;
    pid_t child = _Fork();
    if (child == 0) {
        // The middle process dies at once, so that the last one is handed to PID 1 (or the nearest subreaper).
        if (setsid() < 0) _exit(errno);
        pid_t last = _Fork();
        if (last < 0) _exit(errno);
        if (last > 0) _exit(0);
        int error = become(process);
        ssize_t ignored = write(report[1], &error, sizeof error);
        (void)ignored;
        _exit(127);
    }
    int error = child < 0 ? errno : 0;
    close(report[1]);
    if (child > 0) {
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
        if (WIFEXITED(status) && WEXITSTATUS(status) != 0) error = WEXITSTATUS(status);
        int failure = 0;
        ssize_t length;
        // End of file means that the exec closed the last copy: the program runs.
        while ((length = read(report[0], &failure, sizeof failure)) < 0 && errno == EINTR) {}
        if (length == (ssize_t)sizeof failure) error = failure;
    }
    close(report[0]);
    return error;
}
