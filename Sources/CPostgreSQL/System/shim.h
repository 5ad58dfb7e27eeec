#ifndef CPOSTGRESQL_SHIM_H
#define CPOSTGRESQL_SHIM_H

#include <libpq-fe.h>

/// The program is linked with libpq here: there is nothing to load.
static inline const char *cpostgresql_load(void) { return 0; }

#endif
