#include "CPloyzSystem.h"
