#include "CPloyzSystem.h"

#include <malloc.h>

void ployz_return_memory(void) { malloc_trim(0); }
