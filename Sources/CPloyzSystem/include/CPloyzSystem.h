#ifndef CPLOYZSYSTEM_H
#define CPLOYZSYSTEM_H

#include <sys/types.h>

// Moves the calling thread, and no other, into the network namespace behind `descriptor` (setns(2)).
// Returns 0, or the errno.
int ployz_enter_network(int descriptor);

// Gives memory that is free back to the kernel (malloc_trim(3)): glibc keeps what a peak has left in the heap of each of
// its arenas.
void ployz_return_memory(void);

// A descriptor of a process, close-on-exec (pidfd_open(2)), or -1 with errno set. It cannot come to mean another
// process when the number is used again.
int ployz_pidfd_open(pid_t pid);

// Sends a signal through a descriptor from ployz_pidfd_open (pidfd_send_signal(2)). Returns 0, or the errno.
int ployz_pidfd_signal(int descriptor, int signal);

// A copy, close-on-exec, of what the process has open under `number` (pidfd_getfd(2), Linux 5.6), or -1 with errno set.
int ployz_pidfd_getfd(int descriptor, int number);

// What a detached process is started from. All strings are ours until the call returns.
struct ployz_detached_process {
    // Absolute path of the program.
    const char *program;
    // NULL-terminated, the first is the name.
    char *const *arguments;
    // NULL-terminated NAME=value strings: the whole environment.
    char *const *environment;
    const char *directory;
    // Becomes standard output and standard error.
    int log;
    // The process writes its own `pid start-time` to the first, then renames it to the second, before it becomes the
    // program: so no helper ever runs that no file knows, whenever the caller is killed.
    const char *identity_draft;
    const char *identity;
};

// Starts a process that is nobody's child, in a session of its own, with no descriptor of ours but the log, default
// signal handling and an empty signal mask. Returns 0 once the program runs, or the errno of the step that failed;
// then no process is left.
int ployz_start_detached(const struct ployz_detached_process *process);

#endif
