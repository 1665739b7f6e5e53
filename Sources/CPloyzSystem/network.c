#define _GNU_SOURCE
#include "CPloyzSystem.h"

#include <errno.h>
#include <sched.h>

int ployz_enter_network(int descriptor) {
    return setns(descriptor, CLONE_NEWNET) == 0 ? 0 : errno;
}
