#define _GNU_SOURCE
#include "include/CLinux.h"
#include <sched.h>
#include <sys/xattr.h>

int clinux_unshare_machine(void) {
    return unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWPID);
}

int clinux_setns(int fd) { return setns(fd, 0); }

int clinux_spawn_flags(posix_spawnattr_t *attributes, int new_session) {
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (new_session) flags |= POSIX_SPAWN_SETSID;
    return posix_spawnattr_setflags(attributes, flags);
}

int clinux_wait_signal(const sigset_t *set, int *from_process) {
    siginfo_t info;
    int number = sigwaitinfo(set, &info);
    if (number > 0) *from_process = info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_TKILL;
    return number;
}

ssize_t clinux_llistxattr(const char *path, char *list, size_t size) { return llistxattr(path, list, size); }

ssize_t clinux_lgetxattr(const char *path, const char *name, void *value, size_t size) {
    return lgetxattr(path, name, value, size);
}

int clinux_lsetxattr(const char *path, const char *name, const void *value, size_t size) {
    return lsetxattr(path, name, value, size, 0);
}
