// What glibc declares only for GNU sources, which Swift's Glibc module does not show.
#ifndef CLINUX_H
#define CLINUX_H

#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/types.h>

/// Moves the calling thread into fresh mount, UTS, IPC, network, cgroup namespaces; its next child starts a fresh
/// PID namespace. 0, or -1 with errno.
int clinux_unshare_machine(void);

/// setns(2) with any type of namespace. 0, or -1 with errno.
int clinux_setns(int fd);

/// posix_spawnattr_setflags with POSIX_SPAWN_SETSID (when new_session is not 0), SETSIGMASK and SETSIGDEF.
int clinux_spawn_flags(posix_spawnattr_t *attributes, int new_session);

/// Waits for a signal of the set. Its number, or -1 with errno. from_process is 1 when a process sent it and 0 when
/// the kernel did (a terminal's Ctrl-C, a dead child).
int clinux_wait_signal(const sigset_t *set, int *from_process);

ssize_t clinux_llistxattr(const char *path, char *list, size_t size);
ssize_t clinux_lgetxattr(const char *path, const char *name, void *value, size_t size);
int clinux_lsetxattr(const char *path, const char *name, const void *value, size_t size);

#endif
