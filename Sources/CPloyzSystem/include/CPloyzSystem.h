#ifndef CPLOYZSYSTEM_H
#define CPLOYZSYSTEM_H
#endif
